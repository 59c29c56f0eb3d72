#include "value/exact_value.hpp"

#include <algorithm>
#include <cstring>

#include <ember/array.hpp>
#include <ember/native_type.hpp>

namespace ember {
namespace {

/// As for fingerprints: what is deeper is not compared, and so never equal.
constexpr int deepest = 1000;

bool is_same_array(const Array& left, const Array& right) {
  return left.element_type() == right.element_type() && left.shape() == right.shape() &&
         (left.bytes() == 0 || std::memcmp(left.raw(), right.raw(), left.bytes()) == 0);
}

bool is_exactly_at(const Value& left, const Value& right, int depth);

bool are_same_items(const std::vector<Value>& left, const std::vector<Value>& right, int depth) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!is_exactly_at(left[i], right[i], depth)) return false;
  }
  return true;
}

bool are_same_fields(const Value& left, const Value& right, int depth) {
  const auto& fields = left.fields();
  const auto& others = right.fields();
  if (fields.size() != others.size()) return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].first != others[i].first) return false;
    if (!is_exactly_at(fields[i].second, others[i].second, depth)) return false;
  }
  return true;
}

bool are_same_objects(const Value& left, const Value& right, int depth) {
  const NativeType& type = left.native_type();
  if (type.read == nullptr || type.type == nullptr || right.native_type().type == nullptr) return false;
  if (*type.type != *right.native_type().type) return false;
  for (const std::string_view field : type.fields) {
    if (!is_exactly_at(left[field], right[field], depth)) return false;
  }
  return true;
}

bool is_exactly_at(const Value& left, const Value& right, int depth) {
  if (left.is_same(right)) return true;  // Bit by bit: one object, or equal scalars.
  if (left.kind() != right.kind() || depth > deepest) return false;
  switch (left.kind()) {
    case Kind::string:
      return left.string() == right.string();
    case Kind::list:
      return are_same_items(left.items(), right.items(), depth + 1);
    case Kind::mapping:
      return are_same_fields(left, right, depth + 1);
    case Kind::array:
      return is_same_array(left.array(), right.array());
    case Kind::native:
      return are_same_objects(left, right, depth + 1);
    default:
      return false;
  }
}

bool is_comparable_at(const Value& value, int depth) {
  if (depth > deepest) return false;
  const auto is_inside = [depth](const Value& part) { return is_comparable_at(part, depth + 1); };
  if (value.is_list()) return std::all_of(value.items().begin(), value.items().end(), is_inside);
  if (value.is_mapping()) {
    return std::all_of(value.fields().begin(), value.fields().end(),
                       [&](const auto& field) { return is_inside(field.second); });
  }
  if (!value.is_native()) return true;
  const NativeType& type = value.native_type();
  return type.read != nullptr && type.type != nullptr &&
         std::all_of(type.fields.begin(), type.fields.end(),
                     [&](std::string_view field) { return is_inside(value[field]); });
}

}  // namespace

bool is_exactly(const Value& left, const Value& right) {
  return is_exactly_at(left, right, 0);
}

bool is_comparable(const Value& value) {
  return is_comparable_at(value, 0);
}

}  // namespace ember
