#include "stock/reply_sections.hpp"

#include <array>
#include <cctype>
#include <cstddef>
#include <vector>

namespace ember::non {
namespace {

constexpr std::string_view white = " \t\r\n\f\v";

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

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}
bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0 || c == '_';
}
bool is_white(char c) {
  return white.find(c) != std::string_view::npos;
}

/// Walks over one line and notes how many bold markers it has passed.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  void skip(std::string_view characters) {
    while (!rest_.empty() && characters.find(rest_.front()) != std::string_view::npos) {
      if (rest_.starts_with("**")) {
        ++bold_markers_;
        rest_.remove_prefix(1);
      }
      rest_.remove_prefix(1);
    }
  }
  /// Takes `words`, in any case and with any space between them, or nothing.
  bool take(std::string_view words) {
    std::string_view ahead = rest_;
    for (const char c : words) {
      if (ahead.empty() || (c == ' ' ? !is_white(ahead.front()) : lower(ahead.front()) != c)) return false;
      ahead.remove_prefix(1);
      if (c == ' ') ahead.remove_prefix(std::min(ahead.find_first_not_of(white), ahead.size()));
    }
    rest_ = ahead;
    return true;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  /// True when a bold marker was passed whose counterpart is still to come.
  [[nodiscard]] bool is_inside_bold() const { return bold_markers_ % 2 != 0; }

 private:
  std::string_view rest_;
  int bold_markers_ = 0;
};

struct LabelledLine {
  const Label* label;
  std::string content;
};

std::optional<LabelledLine> read_label(std::string_view line) {
  for (const Label& label : labels) {
    LineReader reader(line);
    reader.skip("#>-*_ \t");
    if (!reader.take(label.words)) continue;
    reader.skip("*_ \t");
    if (label.section == &ReplySections::revised_answer && reader.take("(optional)")) reader.skip("*_ \t");
    if (!reader.take(":")) continue;
    // Only what closes the label's own emphasis: further markers belong to the content.
    if (reader.is_inside_bold()) {
      std::string content(reader.rest());
      if (const std::size_t close = content.find("**"); close != std::string::npos) content.erase(close, 2);
      return LabelledLine{&label, std::move(content)};
    }
    return LabelledLine{&label, std::string(reader.rest())};
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
    std::string text(trimmed(without_bold(trimmed(content))));
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
