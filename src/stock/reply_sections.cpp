#include "stock/reply_sections.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "base/ascii.hpp"

namespace ember::non {
namespace {

struct Label {
  std::string_view words;
  std::optional<std::string> ReplySections::*section;
};

constexpr std::array<Label, 5> labels{{
    {"verdict", &ReplySections::verdict},
    {"explanation", &ReplySections::explanation},
    {"revised answer", &ReplySections::revised_answer},
    {"reasoning", &ReplySections::reasoning},
    {"final answer", &ReplySections::final_answer},
}};

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}
bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0 || c == '_';
}
bool is_white(char c) {
  return white_space.find(c) != std::string_view::npos;
}

/// Walks over the label at the start of a line.
class LabelReader {
 public:
  explicit LabelReader(std::string_view line) : rest_(line) {
    take_decoration();
    const std::string_view before_number = emphasis_;
    if (!take_number()) return;
    take_decoration();
    if (emphasis_.empty()) emphasis_ = before_number;
  }

  /// Takes `words`, in any case and with any space between them and after, or nothing.
  bool take(std::string_view words) {
    std::string_view ahead = rest_;
    for (const char c : words) {
      if (ahead.empty() || (c == ' ' ? !is_white(ahead.front()) : lower(ahead.front()) != c)) return false;
      ahead.remove_prefix(1);
      if (c == ' ') ahead.remove_prefix(std::min(ahead.find_first_not_of(white_space), ahead.size()));
    }
    rest_ = ahead;
    skip(" \t");
    return true;
  }
  /// Takes the end of the emphasis that the label began with, if it stands here.
  void take_emphasis() {
    if (emphasis_.empty() || !rest_.starts_with(emphasis_)) return;
    rest_.remove_prefix(emphasis_.size());
    emphasis_ = {};
    skip(" \t");
  }
  /// What follows, without the end of the label's emphasis.
  [[nodiscard]] std::string content() {
    take_emphasis();
    std::string content(rest_);
    const std::size_t end = emphasis_.empty() ? std::string::npos : content.find(emphasis_);
    if (end != std::string::npos) content.erase(end, emphasis_.size());
    return content;
  }

 private:
  void take_decoration() {
    const std::string_view line = rest_;
    skip("#>-*_ \t");
    const std::string_view passed = line.substr(0, line.size() - rest_.size());
    const std::size_t start = passed.find_last_not_of("*_");
    emphasis_ = passed.substr(start == std::string_view::npos ? 0 : start + 1);
  }
  /// Takes the number of an item in a list, such as `2.` or `2)`, or nothing.
  bool take_number() {
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (digits == 0 || digits == rest_.size()) return false;
    if (rest_[digits] != '.' && rest_[digits] != ')') return false;
    rest_.remove_prefix(digits + 1);
    return true;
  }
  void skip(std::string_view characters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
  }

  std::string_view rest_;
  // The stars or underscores right before the label, until their counterpart has been taken.
  std::string_view emphasis_;
};

struct LabelledLine {
  const Label* label;
  std::string content;
};

std::optional<LabelledLine> read_label(std::string_view line) {
  for (const Label& label : labels) {
    LabelReader reader(line);
    if (!reader.take(label.words)) continue;
    reader.take_emphasis();
    if (label.section == &ReplySections::revised_answer && reader.take("(optional)")) reader.take_emphasis();
    if (reader.take(":")) return LabelledLine{&label, reader.content()};
  }
  return std::nullopt;
}

/// True when a `**` between these neighbours can start (end) bold text.
bool opens_bold(char before, char after) {
  return !is_word(before) && !is_white(after) && after != '*';
}
bool closes_bold(char before, char after) {
  return !is_white(before) && before != '*' && !is_word(after);
}

char at_or_space(std::string_view text, std::size_t at) {
  return at < text.size() ? text[at] : ' ';
}

}  // namespace

std::string without_bold(std::string_view text) {
  std::string kept;
  std::optional<std::size_t> open;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') open.reset();
    if (!text.substr(at).starts_with("**")) {
      kept += text[at];
      continue;
    }
    const char before = at > 0 ? text[at - 1] : ' ';
    const char after = at_or_space(text, at + 2);
    if (open && closes_bold(before, after)) {
      kept.erase(*open, 2);
      open.reset();
    } else {
      if (!open && opens_bold(before, after)) open = kept.size();
      kept += "**";
    }
    ++at;
  }
  return kept;
}

ReplySections parse_reply(std::string_view reply) {
  ReplySections sections;
  std::string content;
  const Label* current = nullptr;
  const auto end_section = [&] {
    std::string text(trimmed(without_bold(trimmed(content, white_space)), white_space));
    if (current) {
      sections.*current->section = std::move(text);
    } else {
      sections.preamble = std::move(text);
    }
  };
  while (!reply.empty()) {
    const std::size_t end = std::min(reply.find('\n'), reply.size());
    const std::string_view line = reply.substr(0, end);
    reply.remove_prefix(std::min(end + 1, reply.size()));
    if (auto labelled = read_label(line)) {
      end_section();
      current = labelled->label;
      content = std::move(labelled->content);
    } else {
      content += content.empty() && !current ? "" : "\n";
      content += line;
    }
  }
  end_section();
  return sections;
}

}  // namespace ember::non
