#include <ember/lm_module.hpp>

#include <utility>
#include <vector>

#include <ember/error.hpp>

#include "base/closest_name.hpp"
#include "model/model_call.hpp"

namespace ember {
namespace {

constexpr double highest_temperature = 5.0;

[[noreturn]] void refuse_unknown(const std::string& name) {
  static const std::vector<std::string> known = {"id",         "model_name", "temperature",
                                                 "max_tokens", "cot_prompt", "persona"};
  throw InvalidArgumentError("unknown LMModule field '" + name + "'" + suggestion(name, known));
}

std::string field_text(const std::string& name, const Value& value) {
  if (value.is_string()) return value.string();
  throw InvalidArgumentError(name + " must be a string, found " + std::string(to_string(value.kind())));
}

}  // namespace

LMModuleConfig LMModuleConfig::from(const Value& fields) {
  LMModuleConfig config;
  if (fields.is_null()) return config;
  if (!fields.is_mapping()) throw InvalidArgumentError("an LMModule configuration must be a mapping");
  std::optional<std::string> id;
  std::optional<std::string> model_name;
  Value numbers = Value::mapping({});
  for (const auto& [name, value] : fields.fields()) {
    if (name == "id" || name == "model_name") {
      (name == "id" ? id : model_name) = field_text(name, value);
    } else if (name == "temperature" || name == "max_tokens") {
      numbers = numbers.with(name, value);
    } else if (name == "cot_prompt" || name == "persona") {
      if (!value.is_null())
        (name == "persona" ? config.persona : config.cot_prompt) = field_text(name, value);
    } else {
      refuse_unknown(name);
    }
  }
  if (id && model_name && *id != *model_name) {
    throw InvalidArgumentError("id and model_name are one field under two names and must not differ");
  }
  if (id || model_name) config.id = id ? *id : *model_name;
  const ModelParameters parameters = ModelParameters::read(numbers);
  config.temperature = parameters.temperature.value_or(config.temperature);
  config.max_tokens = parameters.max_tokens;
  config.validate();
  return config;
}

void LMModuleConfig::validate() const {
  if (id.empty()) throw InvalidArgumentError("id must name a model");
  ModelParameters parameters;
  parameters.temperature = temperature;
  parameters.max_tokens = max_tokens;
  parameters.validate(highest_temperature);
}

LMModule::LMModule(LMModuleConfig config, bool simulate_api, std::shared_ptr<ModelRegistry> registry)
    : config_(std::move(config)), simulate_api_(simulate_api), registry_(std::move(registry)) {
  config_.validate();
}

std::string LMModule::assemble_prompt(const std::string& prompt) const {
  std::string assembled;
  if (config_.persona) assembled += "[Persona: " + *config_.persona + "]\n\n";
  assembled += prompt;
  if (config_.cot_prompt) assembled += "\n\n# Chain of Thought:\n" + *config_.cot_prompt;
  return assembled;
}

std::string LMModule::operator()(const std::string& prompt, const ModelParameters& overrides) const {
  overrides.validate(highest_temperature);
  const std::string assembled = assemble_prompt(prompt);
  if (simulate_api_) return "SIMULATED_RESPONSE: " + assembled;
  ModelParameters own;
  own.temperature = config_.temperature;
  own.max_tokens = config_.max_tokens;
  const ModelRegistry& registry = registry_ ? *registry_ : *ModelRegistry::process();
  model::CallPlan plan = model::plan_call(registry, config_.id, overrides.over(own), assembled);
  return model::run_call_and_wait(std::move(plan), Context::current()).text;
}

}  // namespace ember
