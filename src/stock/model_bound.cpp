#include "stock/model_bound.hpp"

#include <algorithm>
#include <exception>

#include <ember/error.hpp>
#include <ember/model_parameters.hpp>

#include "model/model_scope.hpp"

namespace ember::non {
namespace {

CallBound bound_of_call(const Model& model) {
  CallBound bound;
  bound.model_calls = 1;
  const std::string id = model.resolved_id();
  const auto lacks = [&](const std::string& what) { bound.unknown.push_back("model '" + id + "' " + what); };
  const ModelRegistry& registry = *model.registry();
  const auto most_tokens =
      model.parameters().over(model::ModelScope::current().parameters).over(model_defaults()).max_tokens;
  const auto context = registry.context_tokens(id);
  if (most_tokens) {
    bound.completion_tokens = context ? std::min(*most_tokens, *context) : *most_tokens;
  } else {
    lacks("has no max_tokens: its answer is not bounded");
  }
  // Prompt and answer share the context.
  if (context) {
    bound.prompt_tokens = *context - bound.completion_tokens;
  } else {
    lacks("has no context_tokens: its prompt is not bounded");
  }
  if (const auto cost = registry.cost(id)) {
    bound.cost_usd = cost->of(bound.prompt_tokens, bound.completion_tokens);
  } else {
    lacks("has no price");
  }
  return bound;
}

}  // namespace

CallBound model_bound(const Model& model) noexcept {
  try {
    return bound_of_call(model);
  } catch (...) {  // No such model: its call will say so.
    CallBound bound;
    bound.model_calls = 1;
    bound.unknown.push_back(message_of(std::current_exception()));
    return bound;
  }
}

}  // namespace ember::non
