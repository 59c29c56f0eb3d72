#include "stock/model_prompt.hpp"

#include <ember/error.hpp>

#include "stock/input_text.hpp"

namespace ember::non {
namespace {

std::string prompt_field(std::string_view name, const Value& value) {
  if (value.is_string() || value.is_integer() || value.is_number()) return text_of(value);
  throw IncompatibleTypeError("field '" + std::string(name) + "': expected a text, found " +
                              std::string(to_string(value.kind())));
}

}  // namespace

std::string ModelPrompt::render(const Value& inputs) const {
  if (!inputs.has_fields() && !inputs.is_null()) {
    throw InvalidPromptError("a prompt needs a mapping of inputs, found " +
                             std::string(to_string(inputs.kind())));
  }
  return template_.render([&](std::string_view name) -> std::optional<std::string> {
    if (!inputs.has(name)) return std::nullopt;
    return prompt_field(name, inputs[name]);
  });
}

}  // namespace ember::non
