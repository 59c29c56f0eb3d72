// Fields: how structs of the user's meet Values. `EMBER_FIELDS(Answer, text, confidence)` after a struct, in
// the same namespace, makes its members readable by name, convertible to mappings and back, and part of
// schemas.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include <ember/array.hpp>
#include <ember/fields_macro.hpp>
#include <ember/native_type.hpp>
#include <ember/value.hpp>
#include <ember/value_path.hpp>

/// Declares the fields of a struct (up to 32), in order. Stands at namespace scope, in the struct's own
/// namespace.
#define EMBER_FIELDS(Type, ...)                                                    \
  [[maybe_unused]] constexpr auto ember_fields(const Type*) {                      \
    using EmberFieldsOwner = Type;                                                 \
    return ::std::make_tuple(EMBER_FIELDS_EXPAND(EMBER_FIELDS_EACH(__VA_ARGS__))); \
  }

namespace ember {

/// One declared member of a struct.
template <class Owner, class Member>
struct FieldPointer {
  std::string_view name;
  Member Owner::*member;
};

template <class Owner, class Member>
constexpr FieldPointer<Owner, Member> make_field(std::string_view name, Member Owner::*member) {
  return {name, member};
}

/// A type that has EMBER_FIELDS.
template <class T>
concept HasFields = std::is_class_v<T> && requires { ember_fields(static_cast<const T*>(nullptr)); };

/// Calls `visit(FieldPointer)` for each field of T in order.
template <HasFields T, class Visit>
void for_each_field(Visit&& visit) {
  std::apply([&](const auto&... field) { (visit(field), ...); },
             ember_fields(static_cast<const T*>(nullptr)));
}

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_string_map = false;
template <class T>
inline constexpr bool is_string_map<std::map<std::string, T>> = true;

/// Integers that a Value holds: not bool, not characters.
template <class T>
concept IntegerField = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;
template <class T>
concept StringField = std::convertible_to<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>;
/// Types that a Value holds in a kind of its own, whole.
template <class T>
concept PlainField = std::same_as<T, Value> || std::same_as<T, Array> || std::same_as<T, bool> ||
                     IntegerField<T> || std::floating_point<T> || StringField<T>;

/// The unqualified name of a C++ type, for messages.
std::string readable_name(const std::type_info& type);
/// Throws ValidationError: expected `expected`, found the kind of `found`, at `path`.
[[noreturn]] void throw_mismatch(std::string_view expected, const Value& found, const ValuePath& path);
/// Throws ValidationError: `record` at `path` lacks `field`.
[[noreturn]] void throw_missing_field(std::string_view record, std::string_view field, const ValuePath& path);
/// Throws InvalidArgumentError: a member of `record` is not among its EMBER_FIELDS.
[[noreturn]] void throw_undeclared_member(std::string_view record);
/// The integer, when it lies in `[lowest, highest]`. Throws ValidationError.
std::int64_t read_integer(const Value& value, std::int64_t lowest, std::uint64_t highest,
                          const ValuePath& path);
/// The items of a list, or of an array row by row. Throws ValidationError.
std::vector<Value> read_items(const Value& value, std::string_view expected, const ValuePath& path);

/// Readable name of T: `string`, `int`, `list of Answer`, `optional float`, `Answer`.
template <class T>
std::string type_name() {
  if constexpr (std::same_as<T, Value>) {
    return "value";
  } else if constexpr (std::same_as<T, Array>) {
    return "array";
  } else if constexpr (std::same_as<T, bool>) {
    return "bool";
  } else if constexpr (IntegerField<T>) {
    return "int";
  } else if constexpr (std::floating_point<T>) {
    return "float";
  } else if constexpr (StringField<T>) {
    return "string";
  } else if constexpr (is_vector<T>) {
    return "list of " + type_name<typename T::value_type>();
  } else if constexpr (is_optional<T>) {
    return "optional " + type_name<typename T::value_type>();
  } else if constexpr (is_string_map<T>) {
    return "mapping of " + type_name<typename T::mapped_type>();
  } else {
    return readable_name(typeid(T));
  }
}

template <class T>
Value wrap(T&& object);

/// How the library reads objects of type T. The same object for every call. Thread-safe.
template <class T>
const NativeType& native_type_of() {
  static const std::string name = type_name<T>();
  static const NativeType type = [] {
    NativeType described{.name = name, .type = &typeid(T), .fields = {}, .read = nullptr};
    if constexpr (HasFields<T>) {
      for_each_field<T>([&](const auto& field) { described.fields.push_back(field.name); });
      described.read = [](const void* object, std::size_t index) {
        Value value;
        std::size_t position = 0;
        for_each_field<T>([&](const auto& field) {
          if (position++ == index) value = wrap(static_cast<const T*>(object)->*field.member);
        });
        return value;
      };
    }
    return described;
  }();
  return type;
}

/// `object` as it travels between typed operators, without conversion: scalars, strings and Values as such,
/// vectors as lists, string maps as mappings, empty optionals as null, and any other type as a native that
/// shares the object.
template <class T>
Value wrap(T&& object) {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (PlainField<Plain>) {
    return Value(std::forward<T>(object));
  } else if constexpr (is_vector<Plain>) {
    std::vector<Value> items;
    items.reserve(object.size());
    for (auto&& item : object) {
      if constexpr (std::is_lvalue_reference_v<T>) {
        items.push_back(wrap(static_cast<const typename Plain::value_type&>(item)));
      } else {
        items.push_back(wrap(static_cast<typename Plain::value_type&&>(item)));
      }
    }
    return Value::list(std::move(items));
  } else if constexpr (is_optional<Plain>) {
    return object ? wrap(*std::forward<T>(object)) : Value();
  } else if constexpr (is_string_map<Plain>) {
    std::vector<std::pair<std::string, Value>> fields;
    for (const auto& [key, item] : object) fields.emplace_back(key, wrap(item));
    return Value::mapping(std::move(fields));
  } else {
    static_assert(!std::is_pointer_v<Plain>, "a Value does not hold raw pointers; use std::shared_ptr");
    return Value::native(std::make_shared<const Plain>(std::forward<T>(object)), native_type_of<Plain>());
  }
}

/// `object` in plain kinds through all levels: structs with EMBER_FIELDS become mappings. Throws
/// InvalidArgumentError for unsigned integers above 2^63-1.
template <class T>
Value to_value(const T& object) {
  if constexpr (PlainField<T>) {
    return Value(object);
  } else if constexpr (is_vector<T>) {
    std::vector<Value> items;
    items.reserve(object.size());
    for (const auto& item : object) items.push_back(to_value<typename T::value_type>(item));
    return Value::list(std::move(items));
  } else if constexpr (is_optional<T>) {
    return object ? to_value(*object) : Value();
  } else if constexpr (is_string_map<T>) {
    std::vector<std::pair<std::string, Value>> fields;
    for (const auto& [key, item] : object) fields.emplace_back(key, to_value(item));
    return Value::mapping(std::move(fields));
  } else {
    static_assert(HasFields<T>, "to_value needs EMBER_FIELDS for this struct, in the struct's own namespace");
    std::vector<std::pair<std::string, Value>> fields;
    for_each_field<T>([&](const auto& field) {
      fields.emplace_back(std::string(field.name), to_value(object.*field.member));
    });
    return Value::mapping(std::move(fields));
  }
}

template <class T>
T read_value(const Value& value, const ValuePath& path);

/// The declared name of a member: `field_name(&Answer::text)` is `text`. Throws InvalidArgumentError for a
/// member that EMBER_FIELDS leaves out.
template <HasFields T, class Member>
std::string_view field_name(Member T::*member) {
  std::string_view name;
  for_each_field<T>([&](const auto& field) {
    if constexpr (std::same_as<std::remove_cvref_t<decltype(field.member)>, Member T::*>) {
      if (field.member == member) name = field.name;
    }
  });
  if (name.empty()) throw_undeclared_member(type_name<T>());
  return name;
}

/// A T from the fields of `value`. Fields that T does not declare are ignored.
template <HasFields T>
T read_record(const Value& value, const ValuePath& path) {
  T record{};
  for_each_field<T>([&]<class Member>(const FieldPointer<T, Member>& field) {
    if (value.has(field.name)) {
      record.*field.member = read_value<Member>(value[field.name], ValuePath(path, field.name));
    } else if constexpr (!is_optional<Member>) {
      throw_missing_field(type_name<T>(), field.name, path);
    }
  });
  return record;
}

/// The T that `value` holds or describes; `path` is where it stands, for messages.
template <class T>
T read_value(const Value& value, const ValuePath& path) {
  if constexpr (std::same_as<T, Value>) {
    return value;
  } else if constexpr (std::same_as<T, Array>) {
    if (!value.is_array()) throw_mismatch("array", value, path);
    return value.array();
  } else if constexpr (std::same_as<T, bool>) {
    if (!value.is_boolean()) throw_mismatch("bool", value, path);
    return value.boolean();
  } else if constexpr (IntegerField<T>) {
    using Limits = std::numeric_limits<T>;
    return static_cast<T>(read_integer(value, static_cast<std::int64_t>(Limits::min()), Limits::max(), path));
  } else if constexpr (std::floating_point<T>) {
    if (!value.is_number() && !value.is_integer()) throw_mismatch("float", value, path);
    return static_cast<T>(value.number());
  } else if constexpr (std::same_as<T, std::string>) {
    if (!value.is_string()) throw_mismatch("string", value, path);
    return value.string();
  } else if constexpr (is_vector<T>) {
    T items;
    for (const Value& item : read_items(value, type_name<T>(), path)) {
      items.push_back(read_value<typename T::value_type>(item, ValuePath(path, items.size())));
    }
    return items;
  } else if constexpr (is_optional<T>) {
    if (value.is_null()) return std::nullopt;
    return read_value<typename T::value_type>(value, path);
  } else if constexpr (is_string_map<T>) {
    if (!value.has_fields()) throw_mismatch(type_name<T>(), value, path);
    T fields;
    for (const std::string& key : value.keys()) {
      fields.emplace(key, read_value<typename T::mapped_type>(value[key], ValuePath(path, key)));
    }
    return fields;
  } else {
    if (const T* object = value.native_if<T>()) return *object;
    if constexpr (HasFields<T> && std::default_initializable<T>) {
      if (value.has_fields()) return read_record<T>(value, path);
    }
    throw_mismatch(type_name<T>(), value, path);
  }
}

/// The inverse of `to_value`; natives of type T are copied. Undeclared fields are ignored; a missing field is
/// an error unless its member is a std::optional. An integer may stand for a float, not the reverse. Throws
/// ValidationError naming the path, what was expected and what was found.
template <class T>
T from_value(const Value& value) {
  return read_value<T>(value, ValuePath());
}

/// A Value read as the parameter T of a typed operator: in place when the Value holds exactly that, otherwise
/// converted by `from_value`. Keeps the Value alive.
template <class T>
class Argument {
 public:
  /// Throws ValidationError naming the expected type and what was found.
  explicit Argument(const Value& value) : value_(value) {
    if constexpr (std::same_as<T, Value>) {
      object_ = &value_;
    } else if constexpr (std::same_as<T, std::string>) {
      if (value_.is_string()) object_ = &value_.string();
    } else if constexpr (std::same_as<T, std::vector<Value>>) {
      if (value_.is_list()) object_ = &value_.items();
    } else if constexpr (std::same_as<T, Array>) {
      if (value_.is_array()) object_ = &value_.array();
    } else {
      object_ = value_.native_if<T>();
    }
    if (object_ == nullptr) convert();
  }
  Argument(const Argument&) = delete;
  Argument& operator=(const Argument&) = delete;

  /// Lifetime: that of this Argument.
  [[nodiscard]] const T& get() const noexcept { return *object_; }

 private:
  void convert() {
    if constexpr (std::is_copy_constructible_v<T>) {
      object_ = &converted_.emplace(from_value<T>(value_));
    } else {
      throw_mismatch(type_name<T>(), value_, ValuePath());
    }
  }

  Value value_;
  std::optional<T> converted_;
  const T* object_ = nullptr;
};

}  // namespace ember
