// Extract: finds an answer in a text by regular expression.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <ember/op.hpp>
#include <ember/operator.hpp>

namespace ember::non {

/// What `Extract` looks for, where, and what it makes of it.
struct ExtractOptions {
  /// The input field with the text, or with a list of texts: then the output is a list too.
  std::string field = "text";
  /// Regular expression in the syntax of RE2: no look-around, no back-references, linear time.
  std::string pattern{};
  /// Name of the output field.
  std::string output = "answer";
  /// Characters that are removed from what was found, such as `,`.
  std::string remove{};
  /// Removes white space at both ends, after `remove`.
  bool trim = true;
  /// A text without a match is an error, in place of giving `fallback`.
  bool require_match = false;
  /// What a text without a match gives.
  Value fallback{};
};

/// Finds the last match of a pattern: `{text}` in, `{answer}` out, or as the options say. The answer is the
/// first capture group that took part in the match, or the whole match when the pattern has no groups. A null
/// text has no match.
///
/// Throws ItemNotFoundError for a missing field, IncompatibleTypeError for one that is no text, and
/// ValidationError where a match is required. Thread-safe.
class Extract final : public Operator<> {
 public:
  /// Throws InvalidArgumentError for an empty or malformed pattern, naming what is wrong with it, for an
  /// empty field or output name, and for a fallback beside `require_match`.
  explicit Extract(ExtractOptions options);

  [[nodiscard]] bool is_pure() const override { return true; }
  [[nodiscard]] const ExtractOptions& options() const noexcept { return options_; }
  Value forward(const Value& inputs) const override;

 private:
  class Pattern;
  [[nodiscard]] Value extract_from(const Value& text) const;
  [[nodiscard]] std::string clean(std::string_view found) const;

  ExtractOptions options_;
  std::shared_ptr<const Pattern> pattern_;
};

/// An Extract as an operator handle: `extract({.pattern = "A:(.*)", .remove = ","})`.
Op<> extract(ExtractOptions options);

}  // namespace ember::non
