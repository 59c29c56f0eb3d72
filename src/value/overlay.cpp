#include "value/overlay.hpp"

#include <utility>

#include "value/value_node.hpp"

namespace ember {
namespace {

/// Adds those of `lower` that `known` has not; false when there are none.
bool add_missing(FieldList& fields, const Value& known, const Value& lower) {
  const std::size_t count = fields.size();
  for (auto& field : copy_fields(lower)) {
    if (!known.has(field.first)) fields.push_back(std::move(field));
  }
  return fields.size() > count;
}

}  // namespace

Value overlay(const Value& lower, const Value& upper) {
  FieldList fields = copy_fields(lower);
  for (auto& [key, value] : fields) {
    if (upper.has(key)) value = upper[key];
  }
  add_missing(fields, lower, upper);
  return Value::mapping(std::move(fields));
}

Value with_missing_fields(const Value& upper, const Value& lower) {
  FieldList fields = copy_fields(upper);
  return add_missing(fields, upper, lower) ? Value::mapping(std::move(fields)) : upper;
}

}  // namespace ember
