// ModelPrompt: the prompt of an operator that asks models, read once, filled from the inputs of each call.
#pragma once

#include <string>
#include <string_view>

#include <ember/value.hpp>

#include "op/prompt_template.hpp"

namespace ember::non {

/// A template with `{field}` placeholders. Thread-safe.
class ModelPrompt {
 public:
  /// Throws InvalidPromptError for a malformed text.
  explicit ModelPrompt(std::string_view text) : template_(text) {}

  /// The prompt for one call. Throws InvalidPromptError for a field that is not there, and
  /// IncompatibleTypeError for one that is neither a text nor a number: JSON in a prompt is rarely what was
  /// meant.
  [[nodiscard]] std::string render(const Value& inputs) const;

 private:
  PromptTemplate template_;
};

}  // namespace ember::non
