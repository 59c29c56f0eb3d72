// Equality and size of whole values. Both walk with an explicit stack: depth is the data's, not the thread's.
#include <cmath>

#include "value/value_node.hpp"

namespace ember {

namespace {

using Pair = std::pair<Value, Value>;

constexpr double int64_end = 9223372036854775808.0;  // 2^63

bool equals_integer(double number, std::int64_t integer) noexcept {
  // Compared as integers: a conversion to double would make distinct large integers equal.
  return number >= -int64_end && number < int64_end && std::trunc(number) == number &&
         static_cast<std::int64_t>(number) == integer;
}

template <class T>
bool equal_elements(const Array& left, const Array& right) {
  const auto a = left.data<T>();
  const auto b = right.data<T>();
  return std::equal(a.begin(), a.end(), b.begin());
}

bool equal_arrays(const Array& left, const Array& right) {
  if (left.element_type() != right.element_type() || left.shape() != right.shape()) return false;
  switch (left.element_type()) {
    case ElementType::float64:
      return equal_elements<double>(left, right);
    case ElementType::float32:
      return equal_elements<float>(left, right);
    case ElementType::int64:
      return equal_elements<std::int64_t>(left, right);
    case ElementType::int32:
      return equal_elements<std::int32_t>(left, right);
    case ElementType::uint8:
      return equal_elements<std::uint8_t>(left, right);
  }
  return false;
}

bool is_leaf(const Value& value) noexcept {
  return !value.is_list() && !value.has_fields();
}

// Of two values of which at least one is neither list nor mapping.
bool equal_leaves(const Value& left, const Value& right) {
  if (left.is_integer() && right.is_number()) return equals_integer(right.number(), left.integer());
  if (left.is_number() && right.is_integer()) return equals_integer(left.number(), right.integer());
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case Kind::number:
      return left.number() == right.number();
    case Kind::string:
      return left.string() == right.string();
    case Kind::array:
      return equal_arrays(left.array(), right.array());
    case Kind::native:
      return ValueAccess::node<NativeNode>(left).object == ValueAccess::node<NativeNode>(right).object;
    default:
      return ValueAccess::bits(left) == ValueAccess::bits(right);
  }
}

class Comparison {
 public:
  bool run(const Value& left, const Value& right) {
    if (!compare(left, right)) return false;
    while (!open_.empty()) {
      const Pair pair = std::move(open_.back());
      open_.pop_back();
      if (!compare_children(pair.first, pair.second)) return false;
    }
    return true;
  }

 private:
  // Decides leaves at once; children of lists and mappings are left for later.
  bool compare(const Value& left, const Value& right) {
    if (left.kind() == right.kind() && left.kind() >= Kind::string && left.is_same(right)) return true;
    if (is_leaf(left) || is_leaf(right)) return equal_leaves(left, right);
    if (left.is_list() != right.is_list() || left.size() != right.size()) return false;
    open_.emplace_back(left, right);
    return true;
  }

  bool compare_children(const Value& left, const Value& right) {
    if (left.is_list()) {
      for (std::size_t i = 0; i < left.size(); ++i) {
        if (!compare(left.items()[i], right.items()[i])) return false;
      }
      return true;
    }
    if (left.is_mapping() && right.is_mapping()) return compare_mappings(left, right);
    for (const auto& [key, value] : copy_fields(left)) {
      if (!right.has(key) || !compare(value, right[key])) return false;
    }
    return true;
  }

  bool compare_mappings(const Value& left, const Value& right) {
    const FieldList& a = left.fields();
    const FieldList& b = right.fields();
    for (std::size_t i = 0; i < a.size(); ++i) {
      const Value* other = a[i].first == b[i].first ? &b[i].second : right.find(a[i].first);
      if (other == nullptr || !compare(a[i].second, *other)) return false;
    }
    return true;
  }

  std::vector<Pair> open_;
};

std::size_t string_bytes(const std::string& text) noexcept {
  // A short string lies inside its own object.
  return text.capacity() > std::string().capacity() ? text.capacity() + 1 : 0;
}

std::size_t own_bytes(const Value& value) {
  switch (value.kind()) {
    case Kind::string:
      return sizeof(StringNode) + string_bytes(value.string());
    case Kind::list:
      return sizeof(ListNode) + value.items().capacity() * sizeof(Value);
    case Kind::array:
      return sizeof(ArrayNode) + value.array().bytes();
    case Kind::native:
      return sizeof(NativeNode);
    case Kind::mapping:
      break;
    default:
      return 0;
  }
  std::size_t bytes = sizeof(MappingNode) + value.fields().capacity() * sizeof(FieldList::value_type);
  for (const auto& field : value.fields()) bytes += string_bytes(field.first);
  return bytes;
}

}  // namespace

bool operator==(const Value& left, const Value& right) noexcept {
  return Comparison().run(left, right);
}

bool Value::is_same(const Value& other) const noexcept {
  return kind_ == other.kind_ && ValueAccess::bits(*this) == ValueAccess::bits(other);
}

std::size_t memory_bytes(const Value& value) noexcept {
  std::size_t bytes = sizeof(Value) + own_bytes(value);
  std::vector<Value> open{value};
  while (!open.empty()) {
    const Value next = std::move(open.back());
    open.pop_back();
    const auto visit = [&](const Value& child) {
      bytes += own_bytes(child);
      if (!is_leaf(child)) open.push_back(child);
    };
    if (next.is_list()) {
      for (const Value& item : next.items()) visit(item);
    } else if (next.is_mapping()) {
      for (const auto& field : next.fields()) visit(field.second);
    } else if (next.has_fields()) {
      for (const auto& field : copy_fields(next)) visit(field.second);
    }
  }
  return bytes;
}

}  // namespace ember
