// Ask: one model call as an operator: the plain model step of a workflow.
#pragma once

#include <memory>
#include <string>

#include <ember/model_operator.hpp>
#include <ember/op.hpp>

namespace ember::non {

class ModelPrompt;

/// How `Ask` makes its prompt and names its output.
struct AskOptions {
  /// The prompt, with `{field}` for each input field it takes; doubled braces are literal.
  std::string prompt = "{query}";
  /// Name of the output field.
  std::string output = "text";
  /// Where the model is looked up; null means the process's registry.
  std::shared_ptr<ModelRegistry> registry{};
};

/// Asks a model once: `{query}` in, `{text}` out, or as the options say.
///
/// Throws InvalidPromptError for a field of the prompt that the inputs lack, and what `Model` throws.
/// Thread-safe.
class Ask final : public ModelOperator {
 public:
  /// Throws InvalidPromptError for a malformed prompt and InvalidArgumentError for parameters out of range.
  explicit Ask(std::string model, ModelParameters parameters = {}, AskOptions options = {});
  explicit Ask(Model model, AskOptions options = {});

  /// The prompt before its fields are filled in.
  [[nodiscard]] const std::string& prompt_template() const noexcept { return prompt_text_; }

 protected:
  [[nodiscard]] Prompt prompt(const Value& inputs) const override;
  [[nodiscard]] Value read_reply(const ember::Completion& reply) const override;

 private:
  std::string prompt_text_;
  std::shared_ptr<const ModelPrompt> prompt_;
  std::string output_;
};

/// An `Ask` as an operator handle: `ask("openai:gpt-4o-mini", {.temperature = 0}, {.prompt = "{question}"})`.
Op<> ask(std::string model, ModelParameters parameters = {}, AskOptions options = {});
Op<> ask(Model model, AskOptions options = {});

}  // namespace ember::non
