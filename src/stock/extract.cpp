#include <ember/extract.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <re2/re2.h>

#include <ember/error.hpp>

#include "base/ascii.hpp"

namespace ember::non {
namespace {

std::size_t character_length(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
  return end - at;
}

std::string without_characters(std::string_view text, std::string_view unwanted) {
  std::string kept;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    length = character_length(text, at);
    const std::string_view character = text.substr(at, length);
    // A whole character is never found inside another one in UTF-8.
    if (unwanted.find(character) == std::string_view::npos) kept += character;
  }
  return kept;
}

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

}  // namespace

class Extract::Pattern {
 public:
  explicit Pattern(const std::string& text) : expression_(text, quiet()) {
    if (!expression_.ok()) {
      throw InvalidArgumentError("Extract: pattern '" + text + "' is not valid: " + expression_.error());
    }
  }

  /// The part of the last match that is the answer. Lifetime: that of `text`.
  [[nodiscard]] std::optional<std::string_view> last_match(std::string_view text) const {
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(expression_.NumberOfCapturingGroups()) + 1);
    const re2::StringPiece subject(text.data(), text.size());
    std::optional<std::string_view> last;
    std::size_t at = 0;
    while (at <= text.size() && expression_.Match(subject, at, text.size(), RE2::UNANCHORED, groups.data(),
                                                  static_cast<int>(groups.size()))) {
      last = answer_of(groups);
      const auto end = static_cast<std::size_t>(groups[0].data() + groups[0].size() - text.data());
      at = groups[0].empty() ? end + (end < text.size() ? character_length(text, end) : 1) : end;
    }
    return last;
  }

 private:
  static std::optional<std::string_view> answer_of(const std::vector<re2::StringPiece>& groups) {
    if (groups.size() == 1) return std::string_view(groups[0].data(), groups[0].size());
    const auto found =
        std::find_if(groups.begin() + 1, groups.end(), [](const auto& group) { return group.data(); });
    if (found == groups.end()) return std::nullopt;
    return std::string_view(found->data(), found->size());
  }

  RE2 expression_;
};

Extract::Extract(ExtractOptions options) : options_(std::move(options)) {
  if (options_.pattern.empty()) throw InvalidArgumentError("Extract: pattern must not be empty");
  if (options_.field.empty()) throw InvalidArgumentError("Extract: field must name an input field");
  if (options_.output.empty()) throw InvalidArgumentError("Extract: output must name a field");
  if (options_.require_match && !options_.fallback.is_null()) {
    throw InvalidArgumentError("Extract: a fallback has no use where a match is required");
  }
  pattern_ = std::make_shared<const Pattern>(options_.pattern);
}

Value Extract::forward(const Value& inputs) const {
  const Value content = inputs[options_.field];
  if (!content.is_list()) return {{options_.output, extract_from(content)}};
  std::vector<Value> answers;
  answers.reserve(content.size());
  for (const Value& text : content.items()) answers.push_back(extract_from(text));
  return {{options_.output, Value::list(std::move(answers))}};
}

Value Extract::extract_from(const Value& text) const {
  if (!text.is_null() && !text.is_string()) {
    throw IncompatibleTypeError("field '" + options_.field + "': expected a text, found " +
                                std::string(to_string(text.kind())));
  }
  const auto found = text.is_null() ? std::nullopt : pattern_->last_match(text.string());
  if (found) return clean(*found);
  if (options_.require_match) {
    throw ValidationError("field '" + options_.field + "' has no match of the pattern '" + options_.pattern +
                          "'");
  }
  return options_.fallback;
}

std::string Extract::clean(std::string_view found) const {
  std::string kept = without_characters(found, options_.remove);
  return options_.trim ? std::string(trimmed(kept, white_space)) : kept;
}

Op<> extract(ExtractOptions options) {
  return Extract(std::move(options));
}

}  // namespace ember::non
