// PromptTemplate: text with `{field}` placeholders and nothing more: no attributes, indexes or formats.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ember {

/// A template read into literal texts and placeholders.
class PromptTemplate {
 public:
  /// Throws InvalidPromptError for unbalanced braces and for placeholders that are not bare field names.
  explicit PromptTemplate(std::string_view text);

  /// Names of the placeholders in order, each once.
  [[nodiscard]] std::vector<std::string> placeholders() const;
  /// The text with each placeholder replaced. Throws InvalidPromptError naming one for which `text_of` has
  /// nothing.
  [[nodiscard]] std::string render(
      const std::function<std::optional<std::string>(std::string_view)>& text_of) const;

 private:
  struct Piece {
    std::string text;
    bool is_placeholder;
  };
  std::size_t read_brace(std::string_view text, std::size_t at);

  std::vector<Piece> pieces_;
};

}  // namespace ember
