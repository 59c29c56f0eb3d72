// Mappings made from other mappings: nothing changes in place.
#include <ember/error.hpp>

#include "value/value_node.hpp"

namespace ember {

namespace {

Value convert_natives(const Value& value);

Value convert_list(const Value& value) {
  const auto& items = value.items();
  std::vector<Value> converted;
  bool is_changed = false;
  converted.reserve(items.size());
  for (const Value& item : items) {
    converted.push_back(convert_natives(item));
    is_changed = is_changed || !converted.back().is_same(item);
  }
  return is_changed ? Value::list(std::move(converted)) : value;
}

Value convert_fields(const Value& value) {
  FieldList converted = copy_fields(value);
  bool is_changed = value.is_native();
  for (auto& [key, content] : converted) {
    Value plain = convert_natives(content);
    is_changed = is_changed || !plain.is_same(content);
    content = std::move(plain);
  }
  return is_changed ? Value::mapping(std::move(converted)) : value;
}

// The same Value when there is no native inside, so that plain data is shared and not copied.
Value convert_natives(const Value& value) {
  if (value.is_list()) return convert_list(value);
  if (value.has_fields()) return convert_fields(value);
  if (value.is_native()) throw_kind("a value with fields", value);
  return value;
}

}  // namespace

FieldList copy_fields(const Value& value) {
  if (value.is_mapping()) return value.fields();
  if (!value.has_fields()) throw_kind("mapping", value);
  const auto& names = value.native_type().fields;
  FieldList fields;
  fields.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    fields.emplace_back(std::string(names[i]), native_field(value, i));
  return fields;
}

Value Value::with(std::string_view key, Value value) const {
  FieldList changed = copy_fields(*this);
  for (auto& field : changed) {
    if (field.first != key) continue;
    field.second = std::move(value);
    return mapping(std::move(changed));
  }
  changed.emplace_back(std::string(key), std::move(value));
  return mapping(std::move(changed));
}

Value Value::without(std::string_view key) const {
  if (is_mapping() && !has(key)) return *this;
  FieldList changed = copy_fields(*this);
  std::erase_if(changed, [key](const auto& field) { return field.first == key; });
  return mapping(std::move(changed));
}

Value Value::as_dict() const {
  if (!has_fields()) throw_kind("mapping", *this);
  return convert_fields(*this);
}

Value merge(const Value& left, const Value& right) {
  for (const Value* side : {&left, &right}) {
    if (side->has_fields()) continue;
    throw InvalidArgumentError("only mappings can be merged, found " + std::string(to_string(side->kind())));
  }
  FieldList merged = copy_fields(left);
  for (auto& field : copy_fields(right)) {
    if (left.has(field.first)) throw InvalidArgumentError("field '" + field.first + "' is given twice");
    merged.push_back(std::move(field));
  }
  return Value::mapping(std::move(merged));
}

}  // namespace ember
