#include "stock/model_state.hpp"

#include <ember/json.hpp>
#include <ember/model_parameters.hpp>

#include "model/model_scope.hpp"

namespace ember::non {

std::string model_state() {
  const ModelParameters parameters = model::ModelScope::current().parameters.over(model_defaults());
  std::vector<std::pair<std::string, Value>> set;
  const auto add = [&set](const char* name, const auto& field) {
    if (field) set.emplace_back(name, Value(*field));
  };
  add("temperature", parameters.temperature);
  add("max_tokens", parameters.max_tokens);
  add("top_p", parameters.top_p);
  add("context", parameters.context);
  add("seed", parameters.seed);
  add("base_url", parameters.base_url);
  add("api_key_env", parameters.api_key_env);
  if (parameters.stop) {
    set.emplace_back("stop", Value::list({parameters.stop->begin(), parameters.stop->end()}));
  }
  if (!parameters.provider.is_null()) set.emplace_back("provider", parameters.provider);
  return set.empty() ? std::string() : to_json(Value::mapping(std::move(set)));
}

}  // namespace ember::non
