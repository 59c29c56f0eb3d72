#include <ember/ask.hpp>

#include <utility>

#include <ember/error.hpp>

#include "stock/model_prompt.hpp"

namespace ember::non {

Ask::Ask(std::string model, ModelParameters parameters, AskOptions options)
    : Ask(Model(std::move(model), std::move(parameters), options.registry), options) {}

Ask::Ask(Model model, AskOptions options)
    : ModelOperator(std::move(model)),
      prompt_text_(options.prompt),
      prompt_(std::make_shared<const ModelPrompt>(options.prompt)),
      output_(std::move(options.output)) {
  if (output_.empty()) throw InvalidArgumentError("Ask: output must name a field");
}

Prompt Ask::prompt(const Value& inputs) const {
  return prompt_->render(inputs);
}

Value Ask::read_reply(const ember::Completion& reply) const {
  return {{output_, reply.text}};
}

Op<> ask(std::string model, ModelParameters parameters, AskOptions options) {
  return Ask(std::move(model), std::move(parameters), std::move(options));
}

Op<> ask(Model model, AskOptions options) {
  return Ask(std::move(model), std::move(options));
}

}  // namespace ember::non
