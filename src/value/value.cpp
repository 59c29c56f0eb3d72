// Making Values and reading them.
#include <ember/value.hpp>

#include <algorithm>

#include <ember/error.hpp>

#include "value/value_node.hpp"

namespace ember {

namespace {

constexpr std::size_t keys_shown = 12;

[[noreturn]] void throw_missing(const Value& value, std::string_view key) {
  std::string message = "no field '" + std::string(key) + "'; ";
  const std::vector<std::string> known = value.keys();
  message += known.empty() ? "there are no fields" : "the fields are ";
  for (std::size_t i = 0; i < std::min(known.size(), keys_shown); ++i) {
    message += (i == 0 ? "'" : ", '") + known[i] + "'";
  }
  if (known.size() > keys_shown) message += ", ... (" + std::to_string(known.size()) + " in all)";
  throw ItemNotFoundError(message);
}

const NativeNode& native_node(const Value& value) {
  return ValueAccess::node<NativeNode>(value);
}

// The position of `key` among the fields of a native with fields, or their number.
std::size_t native_position(const NativeType& type, std::string_view key) noexcept {
  const auto found = std::find(type.fields.begin(), type.fields.end(), key);
  return static_cast<std::size_t>(found - type.fields.begin());
}

}  // namespace

void throw_kind(std::string_view expected, const Value& found) {
  std::string message =
      "expected " + std::string(expected) + ", found " + std::string(to_string(found.kind()));
  if (found.is_native()) message += " " + std::string(found.native_type().name);
  throw IncompatibleTypeError(message);
}

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "int";
    case Kind::number:
      return "float";
    case Kind::string:
      return "string";
    case Kind::list:
      return "list";
    case Kind::mapping:
      return "mapping";
    case Kind::array:
      return "array";
    case Kind::native:
      return "native";
  }
  return "unknown";
}

Value::Value(std::initializer_list<Field> fields) {
  FieldList content;
  content.reserve(fields.size());
  for (const Field& field : fields) content.emplace_back(std::string(field.key), field.value);
  *this = mapping(std::move(content));
}

Value::Value(Array content) : kind_(Kind::array) {
  payload_.node = new ArrayNode(std::move(content));
}

void Value::set_string(std::string text) {
  payload_.node = new StringNode(std::move(text));
  kind_ = Kind::string;
}

void Value::refuse_large(std::uint64_t value) {
  throw InvalidArgumentError("integer " + std::to_string(value) +
                             " is above 9223372036854775807, the largest value");
}

Value Value::mapping(std::vector<std::pair<std::string, Value>> fields) {
  std::string duplicate;
  auto node = make_mapping(std::move(fields), duplicate);
  if (!node) throw InvalidArgumentError("field '" + duplicate + "' stands twice in one mapping");
  return ValueAccess::adopt(node.release());
}

Value Value::list(std::vector<Value> items) {
  return ValueAccess::adopt(new ListNode(std::move(items)));
}

Value Value::native(std::shared_ptr<const void> object, const NativeType& type) {
  if (!object) throw InvalidArgumentError("a native value needs an object, found a null pointer");
  return ValueAccess::adopt(new NativeNode(std::move(object), type));
}

Value list(std::initializer_list<Value> items) {
  return Value::list(std::vector<Value>(items));
}

bool Value::has_fields() const noexcept {
  return is_mapping() || (is_native() && native_node(*this).type->read != nullptr);
}

bool Value::boolean() const {
  if (!is_boolean()) throw_kind("bool", *this);
  return payload_.boolean;
}

std::int64_t Value::integer() const {
  if (!is_integer()) throw_kind("int", *this);
  return payload_.integer;
}

double Value::number() const {
  if (is_integer()) return static_cast<double>(payload_.integer);
  if (!is_number()) throw_kind("float", *this);
  return payload_.number;
}

const std::string& Value::string() const {
  if (!is_string()) throw_kind("string", *this);
  return ValueAccess::node<StringNode>(*this).text;
}

const Array& Value::array() const {
  if (!is_array()) throw_kind("array", *this);
  return ValueAccess::node<ArrayNode>(*this).array;
}

const std::vector<Value>& Value::items() const {
  if (!is_list()) throw_kind("list", *this);
  return ValueAccess::node<ListNode>(*this).items;
}

const std::vector<std::pair<std::string, Value>>& Value::fields() const {
  if (!is_mapping()) throw_kind("mapping", *this);
  return ValueAccess::node<MappingNode>(*this).fields;
}

std::size_t Value::size() const {
  if (is_list()) return items().size();
  if (is_mapping()) return fields().size();
  if (has_fields()) return native_node(*this).type->fields.size();
  if (is_array() && !array().shape().empty()) return array().shape().front();
  throw_kind("list, mapping or array with dimensions", *this);
}

const Value* Value::find(std::string_view key) const noexcept {
  if (!is_mapping()) return nullptr;
  const auto& node = ValueAccess::node<MappingNode>(*this);
  const std::size_t position = node.position_of(key);
  return position < node.fields.size() ? &node.fields[position].second : nullptr;
}

bool Value::has(std::string_view key) const noexcept {
  if (is_mapping()) return find(key) != nullptr;
  return has_fields() &&
         native_position(*native_node(*this).type, key) < native_node(*this).type->fields.size();
}

Value Value::operator[](std::string_view key) const {
  if (const Value* value = find(key)) return *value;
  if (!has_fields()) throw_kind("mapping with field '" + std::string(key) + "'", *this);
  if (!has(key)) throw_missing(*this, key);
  return native_field(*this, native_position(*native_node(*this).type, key));
}

Value Value::get(std::string_view key, Value fallback) const {
  if (const Value* value = find(key)) return *value;
  if (is_native() && has(key)) return (*this)[key];
  return fallback;
}

Value Value::operator[](std::size_t index) const {
  if (!is_list() && !is_array()) throw_kind("list or array", *this);
  if (is_array() && array().shape().size() == 1) return array().element(index);
  if (is_array()) return array().row(index);
  if (index >= items().size()) {
    throw ItemNotFoundError("no item " + std::to_string(index) + " in a list of " +
                            std::to_string(items().size()));
  }
  return items()[index];
}

Value Value::operator[](int index) const {
  if (index >= 0) return (*this)[static_cast<std::size_t>(index)];
  throw ItemNotFoundError("no item " + std::to_string(index) + ": positions count from 0");
}

std::vector<std::string> Value::keys() const {
  std::vector<std::string> names;
  if (is_mapping()) {
    names.reserve(fields().size());
    for (const auto& field : fields()) names.push_back(field.first);
  } else if (has_fields()) {
    const auto& declared = native_node(*this).type->fields;
    names.assign(declared.begin(), declared.end());
  }
  return names;
}

const NativeType& Value::native_type() const {
  if (!is_native()) throw_kind("native", *this);
  return *native_node(*this).type;
}

const void* Value::native_object(const std::type_info& type) const noexcept {
  if (!is_native()) return nullptr;
  const NativeNode& node = native_node(*this);
  return node.type->type != nullptr && *node.type->type == type ? node.object.get() : nullptr;
}

Value native_field(const Value& native, std::size_t index) {
  const NativeNode& node = native_node(native);
  return node.type->read(node.object.get(), index);
}

}  // namespace ember
