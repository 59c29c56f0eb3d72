#include <ember/specification.hpp>

#include <algorithm>

#include <ember/error.hpp>
#include <ember/json.hpp>

#include "op/prompt_template.hpp"

namespace ember {

namespace {

std::vector<std::string> required_fields(const Schema& model) {
  std::vector<std::string> names;
  for (const SchemaField& field : model.fields()) {
    if (field.is_required()) names.push_back(field.name);
  }
  return names;
}

void require_record(const std::optional<Schema>& model, std::string_view which) {
  if (!model || model->is_record()) return;
  throw InvalidArgumentError("the " + std::string(which) +
                             " of a specification must be a record schema, found " + model->name());
}

void require_placeholders(const PromptTemplate& prompt, const Schema& model) {
  const std::vector<std::string> known = prompt.placeholders();
  std::string missing;
  for (const std::string& name : required_fields(model)) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      missing += (missing.empty() ? "'" : ", '") + name + "'";
  }
  if (missing.empty()) return;
  throw InvalidPromptError("the prompt template has no placeholder for the required fields " + missing +
                           " of " + model.name());
}

// The field as prompt text: strings as they are, everything else as JSON.
std::optional<std::string> field_text(const Value& inputs, const std::optional<Schema>& model,
                                      std::string_view name) {
  std::optional<Value> value;
  if (inputs.has(name)) {
    value = inputs[name];
  } else if (const SchemaField* declared = model ? model->find(name) : nullptr) {
    value = declared->rules.default_value;
  }
  if (!value) return std::nullopt;
  return value->is_string() ? value->string() : to_json(*value);
}

std::string joined_required_fields(const Value& inputs, const Schema& model) {
  std::string prompt;
  bool is_first = true;
  for (const std::string& name : required_fields(model)) {
    const auto text = field_text(inputs, model, name);
    if (!text)
      throw InvalidPromptError("the inputs lack the required field '" + name + "' of " + model.name());
    prompt += (is_first ? "" : "\n") + *text;
    is_first = false;
  }
  return prompt;
}

Value validate(const Value& value, const std::optional<Schema>& model, std::string_view label, Extra extra) {
  if (!model || model->is_instance(value)) return value;
  if (value.is_native()) {
    throw SpecificationValidationError(std::string(label) + " model mismatch: expected " + model->name() +
                                       ", got " + std::string(value.native_type().name));
  }
  if (!value.is_mapping()) {
    throw InvalidArgumentError(std::string(label) + " must be a mapping or a " + model->name() + ", found " +
                               std::string(to_string(value.kind())));
  }
  try {
    return model->validate(value, extra);
  } catch (const ValidationError& error) {
    SpecificationValidationError wrapped(std::string(label) + " does not match its model: " + error.what());
    wrapped.set_cause(std::current_exception());
    throw wrapped;
  }
}

}  // namespace

Specification::Specification(SpecificationParts parts) : parts_(std::move(parts)) {
  require_record(parts_.input_model, "input_model");
  require_record(parts_.structured_output, "structured_output");
  if (!parts_.prompt_template || !parts_.check_all_placeholders) return;
  const PromptTemplate prompt(*parts_.prompt_template);
  if (parts_.input_model) require_placeholders(prompt, *parts_.input_model);
}

std::string Specification::render_prompt(const Value& inputs) const {
  if (!inputs.has_fields() && !inputs.is_null()) {
    throw InvalidPromptError("a prompt needs a mapping of inputs, found " +
                             std::string(to_string(inputs.kind())));
  }
  if (!parts_.prompt_template) {
    if (parts_.input_model) return joined_required_fields(inputs, *parts_.input_model);
    throw InvalidPromptError("the specification has neither a prompt template nor an input model");
  }
  if (parts_.check_all_placeholders && !parts_.input_model) {
    throw InvalidPromptError("the placeholders can not be checked: the specification has no input model");
  }
  return PromptTemplate(*parts_.prompt_template).render([&](std::string_view name) {
    return field_text(inputs, parts_.input_model, name);
  });
}

Value Specification::validate_inputs(const Value& inputs) const {
  return validate(inputs, parts_.input_model, "input", Extra::keep);
}

Value Specification::validate_output(const Value& output) const {
  return validate(output, parts_.structured_output, "output", Extra::forbid);
}

Value Specification::model_json_schema() const {
  return parts_.input_model ? parts_.input_model->to_json_schema() : Value::mapping({});
}

}  // namespace ember
