// Schemas as JSON Schema, the form in which models and other languages read them.
#include <ember/schema.hpp>

#include "value/value_node.hpp"

namespace ember {

namespace {

Value field_schema(const SchemaField& field) {
  Value described = field.type.to_json_schema();
  if (!field.rules.description.empty()) described = described.with("description", field.rules.description);
  if (field.rules.default_value) described = described.with("default", *field.rules.default_value);
  return described;
}

Value record_schema(const Schema& schema) {
  FieldList properties;
  std::vector<Value> required;
  for (const SchemaField& field : schema.fields()) {
    properties.emplace_back(field.name, field_schema(field));
    if (field.is_required()) required.emplace_back(field.name);
  }
  Value described = {
      {"title", schema.name()}, {"type", "object"}, {"properties", Value::mapping(std::move(properties))}};
  if (!required.empty()) described = described.with("required", Value::list(std::move(required)));
  return schema.forbids_extra() ? described.with("additionalProperties", false) : described;
}

}  // namespace

Value Schema::to_json_schema() const {
  switch (type()) {
    case Type::any:
      return Value::mapping({});
    case Type::boolean:
      return {{"type", "boolean"}};
    case Type::integer:
      return {{"type", "integer"}};
    case Type::number:
      return {{"type", "number"}};
    case Type::string:
      return {{"type", "string"}};
    case Type::list:
      return {{"type", "array"}, {"items", item().to_json_schema()}};
    case Type::mapping:
      return {{"type", "object"}, {"additionalProperties", item().to_json_schema()}};
    case Type::optional:
      return {{"anyOf", ember::list({item().to_json_schema(), {{"type", "null"}}})}};
    case Type::record:
      return record_schema(*this);
  }
  return {};
}

}  // namespace ember
