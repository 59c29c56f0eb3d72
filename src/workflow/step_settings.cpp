#include "workflow/step_settings.hpp"

#include "op/prompt_template.hpp"

namespace ember::workflow {

void StepSettings::add_error(const Place& place, const std::string& message) {
  errors_.add(place, message);
  is_valid_ = false;
}

void StepSettings::refuse(const ConfigNode& node, const char* key, const std::string& expected) {
  add_error(node.place, std::string("'") + key + "' is " + expected + ", found " + described(node));
}

const Place& StepSettings::place_of(const char* key) const {
  const ConfigNode* node = find(key);
  return node ? node->place : step_.place;
}

std::optional<Model> StepSettings::model() {
  const ConfigNode* node = find("model");
  if (!node) {
    add_error(step_.place, "step '" + step_.name + "' (" + step_.operator_name + ") needs a 'model'");
    return std::nullopt;
  }
  if (!node->is_scalar()) {
    refuse(*node, "model", "the name of a model");
    return std::nullopt;
  }
  std::optional<Model> found = models_.find(node->text, node->place, errors_);
  if (!found) is_valid_ = false;
  return found;
}

std::vector<Model> StepSettings::models() {
  const ConfigNode* node = find("models");
  if (!node) {
    add_error(step_.place, "step '" + step_.name + "' (" + step_.operator_name + ") needs 'models', a list");
    return {};
  }
  if (!node->is_list() || node->items.empty()) {
    refuse(*node, "models", "a list of names of models");
    return {};
  }
  std::vector<Model> models;
  for (const ConfigNode& item : node->items) {
    if (!item.is_scalar()) {
      refuse(item, "models", "a list of names of models");
    } else if (auto model = models_.find(item.text, item.place, errors_)) {
      models.push_back(*std::move(model));
    } else {
      is_valid_ = false;
    }
  }
  return models;
}

std::string StepSettings::prompt(const char* fallback) {
  std::string prompt = text("prompt", fallback);
  try {
    (void)PromptTemplate(prompt);
  } catch (const Error& error) {
    add_error(place_of("prompt"), error.what());
  }
  return prompt;
}

std::string StepSettings::required_text(const char* key) {
  if (!find(key)) {
    add_error(step_.place, "step '" + step_.name + "' (" + step_.operator_name + ") needs '" + key + "'");
  }
  return text(key, "");
}

std::string StepSettings::text(const char* key, const char* fallback) {
  const ConfigNode* node = find(key);
  if (!node) return fallback;
  if (node->is_scalar()) return node->text;
  refuse(*node, key, "a text");
  return fallback;
}

bool StepSettings::boolean(const char* key, bool fallback) {
  const ConfigNode* node = find(key);
  if (!node) return fallback;
  const Value value = plain_value(*node);
  if (value.is_boolean()) return value.boolean();
  refuse(*node, key, "true or false");
  return fallback;
}

int StepSettings::positive(const char* key, int fallback) {
  const ConfigNode* node = find(key);
  if (!node) return fallback;
  constexpr std::int64_t most = 10'000;  // A slip of the keyboard, not an ensemble.
  const Value value = plain_value(*node);
  if (value.is_integer() && value.integer() >= 1 && value.integer() <= most)
    return static_cast<int>(value.integer());
  refuse(*node, key, "a whole number from 1 to 10000");
  return fallback;
}

std::optional<int> StepSettings::of_map(const char* key) {
  const ConfigNode* node = find(key);
  if (!node) return std::nullopt;
  if (step_.map.empty()) add_error(node->place, std::string("'") + key + "' is for steps with 'map'");
  return positive(key, 1);
}

Value StepSettings::value(const char* key) const {
  const ConfigNode* node = find(key);
  return node ? plain_value(*node) : Value();
}

}  // namespace ember::workflow
