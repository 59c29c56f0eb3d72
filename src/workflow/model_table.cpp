#include "workflow/model_table.hpp"

#include <utility>

#include "base/closest_name.hpp"

namespace ember::workflow {
namespace {

/// What a model's settings may say beside its parameters.
constexpr const char* id_key = "id";
constexpr const char* cost_key = "cost";
constexpr const char* context_tokens_key = "context_tokens";

/// Reads one parameter by itself, so that an error has its place.
void read_parameter(const ConfigField& field, ModelParameters& parameters, ConfigErrors& errors) {
  try {
    const ModelParameters one =
        ModelParameters::from(Value::mapping({{field.key, plain_value(field.content)}}));
    parameters = one.over(parameters);
  } catch (const Error& error) {
    errors.add(field.place, error.what());
  }
}

std::optional<double> read_price(const ConfigNode& cost, const char* key, ConfigErrors& errors) {
  const ConfigNode* node = cost.find(key);
  if (!node) return 0.0;
  const Value value = plain_value(*node);
  if ((value.is_integer() || value.is_number()) && value.number() >= 0) return value.number();
  errors.add(node->place, std::string("'") + key + "' is a price in US dollars, found " + described(*node));
  return std::nullopt;
}

void read_cost(const ConfigNode& cost, const std::string& id, ModelRegistry& registry, ConfigErrors& errors) {
  if (!cost.is_mapping()) {
    errors.add(cost.place, "'cost' is a mapping with input_per_thousand and output_per_thousand, found " +
                               described(cost));
    return;
  }
  refuse_unknown_keys(cost, {"input_per_thousand", "output_per_thousand"}, "price", errors);
  const auto input = read_price(cost, "input_per_thousand", errors);
  const auto output = read_price(cost, "output_per_thousand", errors);
  if (input && output) registry.set_cost(id, {*input, *output});
}

void read_context_tokens(const ConfigNode& node, const std::string& id, ModelRegistry& registry,
                         ConfigErrors& errors) {
  const Value value = plain_value(node);
  if (value.is_integer() && value.integer() >= 1) return registry.set_context_tokens(id, value.integer());
  errors.add(node.place,
             "'context_tokens' is the most tokens of prompt and answer together, found " + described(node));
}

}  // namespace

ModelTable::ModelTable(const std::vector<ModelDescription>& models, std::shared_ptr<ModelRegistry> registry,
                       ConfigErrors& errors)
    : registry_(registry ? std::move(registry) : std::shared_ptr(ModelRegistry::process())) {
  for (const ModelDescription& model : models) add(model, errors);
}

void ModelTable::add(const ModelDescription& description, ConfigErrors& errors) {
  std::optional<Model>& entry = models_[description.name];
  const ConfigNode& settings = description.settings;
  if (settings.is_scalar()) {
    entry = make(settings.text, {}, settings.place, errors);
    return;
  }
  if (!settings.is_mapping()) {
    errors.add(settings.place, "model '" + description.name + "' is an id or a mapping with 'id', found " +
                                   described(settings));
    return;
  }
  const ConfigNode* id = settings.find(id_key);
  if (!id || !id->is_scalar()) {
    errors.add(id ? id->place : description.place,
               "model '" + description.name + "' needs an 'id' such as openai:gpt-4o");
  }
  ModelParameters parameters;
  for (const ConfigField& field : settings.fields) {
    if (field.key != id_key && field.key != cost_key && field.key != context_tokens_key) {
      read_parameter(field, parameters, errors);
    }
  }
  if (!id || !id->is_scalar()) return;
  entry = make(id->text, parameters, id->place, errors);
  if (const ConfigNode* cost = settings.find(cost_key); cost && entry) {
    read_cost(*cost, entry->resolved_id(), *registry_, errors);
  }
  if (const ConfigNode* tokens = settings.find(context_tokens_key); tokens && entry) {
    read_context_tokens(*tokens, entry->resolved_id(), *registry_, errors);
  }
}

std::optional<Model> ModelTable::make(const std::string& id, const ModelParameters& parameters,
                                      const Place& place, ConfigErrors& errors) const {
  try {
    Model model(id, parameters, registry_);
    (void)model.resolved_id();
    return model;
  } catch (const Error& error) {
    errors.add(place, error.what());
    return std::nullopt;
  }
}

std::optional<Model> ModelTable::find(const std::string& name, const Place& place,
                                      ConfigErrors& errors) const {
  if (const auto found = models_.find(name); found != models_.end()) return found->second;
  if (name.find(':') != std::string::npos) return make(name, {}, place, errors);
  std::vector<std::string> names;
  for (const auto& [known, model] : models_) names.push_back(known);
  const std::string closest = suggestion(name, names);
  errors.add(place, "unknown model '" + name + "'" +
                        (closest.empty() ? "; name it under 'models', or write an id such as openai:gpt-4o"
                                         : closest));
  return std::nullopt;
}

}  // namespace ember::workflow
