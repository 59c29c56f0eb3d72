// Value: immutable, dynamically typed data. Sixteen bytes; a copy is one reference count. A Value never
// waits.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace ember {

class Array;
class Value;
struct Field;
struct NativeType;

/// What a Value holds. `native` is a C++ object of the user's, shared, readable by field when it has
/// EMBER_FIELDS.
enum class Kind : std::uint8_t { null, boolean, integer, number, string, list, mapping, array, native };

/// The name of a kind as used in messages: `null`, `bool`, `int`, `float`, `string`, `list`, `mapping`,
/// `array`, `native`.
std::string_view to_string(Kind kind) noexcept;

/// Head of what a Value shares. Internal: reached through Value alone.
struct ValueNode {
  ValueNode(Kind node_kind) noexcept : kind(node_kind) {}  // NOLINT(google-explicit-constructor)

  // Number of Values that hold this node; the link to the next node to free once it is zero.
  std::atomic<std::uintptr_t> references{1};
  Kind kind;
};

/// Immutable data. All members are safe to call from any number of threads at once.
///
/// Braces always make a mapping: `Value v = {{"query", "Example"}, {"k", 3}};`. Lists say `list({1, 2, 3})`.
class Value {
 public:
  /// Null.
  Value() noexcept {}                // not defaulted: clang 16 refuses that while Payload is incomplete
  Value(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)
  template <std::same_as<bool> T>
  Value(T value) noexcept : kind_(Kind::boolean) {  // NOLINT(google-explicit-constructor)
    payload_.boolean = value;
  }
  /// Any integer type. Throws InvalidArgumentError for unsigned values above 2^63-1.
  template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
  Value(T value) : kind_(Kind::integer) {  // NOLINT(google-explicit-constructor)
    if constexpr (std::unsigned_integral<T> && sizeof(T) >= sizeof(std::int64_t)) {
      if (value > static_cast<T>(INT64_MAX)) refuse_large(static_cast<std::uint64_t>(value));
    }
    payload_.integer = static_cast<std::int64_t>(value);
  }
  template <std::floating_point T>
  Value(T value) noexcept : kind_(Kind::number) {  // NOLINT(google-explicit-constructor)
    payload_.number = static_cast<double>(value);
  }
  /// A string. The bytes are taken as they are; JSON output requires valid UTF-8.
  template <class T>
    requires(std::convertible_to<T, std::string_view> &&
             !std::same_as<std::remove_cvref_t<T>, std::nullptr_t>)
  Value(T&& text) {  // NOLINT(google-explicit-constructor)
    if constexpr (std::same_as<std::remove_cvref_t<T>, std::string> && std::is_rvalue_reference_v<T&&> &&
                  !std::is_const_v<std::remove_reference_t<T>>) {
      set_string(std::string(std::forward<T>(text)));
    } else {
      set_string(std::string(std::string_view(text)));
    }
  }
  /// A mapping, in the order given. Throws InvalidArgumentError when a key stands twice.
  Value(std::initializer_list<Field> fields);
  /// A contiguous numeric array.
  Value(Array array);  // NOLINT(google-explicit-constructor)

  Value(const Value& other) noexcept : payload_(other.payload_), kind_(other.kind_) {
    if (is_shared()) retain();
  }
  Value(Value&& other) noexcept : payload_(other.payload_), kind_(other.kind_) { other.kind_ = Kind::null; }
  Value& operator=(const Value& other) noexcept {
    Value copy(other);
    swap(copy);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    Value moved(std::move(other));
    swap(moved);
    return *this;
  }
  ~Value() {
    if (is_shared()) release();
  }
  void swap(Value& other) noexcept {
    std::swap(payload_, other.payload_);
    std::swap(kind_, other.kind_);
  }

  /// A mapping from fields known only at run time. Throws InvalidArgumentError when a key stands twice.
  static Value mapping(std::vector<std::pair<std::string, Value>> fields);
  /// A list from items known only at run time.
  static Value list(std::vector<Value> items);
  /// A C++ object, shared and not copied. `type` says how to read its fields; see fields.hpp.
  static Value native(std::shared_ptr<const void> object, const NativeType& type);

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is_null() const noexcept { return kind_ == Kind::null; }
  [[nodiscard]] bool is_boolean() const noexcept { return kind_ == Kind::boolean; }
  [[nodiscard]] bool is_integer() const noexcept { return kind_ == Kind::integer; }
  /// True for a floating-point number; integers are not numbers in this sense.
  [[nodiscard]] bool is_number() const noexcept { return kind_ == Kind::number; }
  [[nodiscard]] bool is_string() const noexcept { return kind_ == Kind::string; }
  [[nodiscard]] bool is_list() const noexcept { return kind_ == Kind::list; }
  [[nodiscard]] bool is_mapping() const noexcept { return kind_ == Kind::mapping; }
  [[nodiscard]] bool is_array() const noexcept { return kind_ == Kind::array; }
  [[nodiscard]] bool is_native() const noexcept { return kind_ == Kind::native; }
  /// True for what reads by field name: mappings, and natives with fields.
  [[nodiscard]] bool has_fields() const noexcept;

  /// The content, of exactly that kind. Throws IncompatibleTypeError naming expected and found kind.
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::int64_t integer() const;
  /// The content of a float, or of an integer as a float.
  [[nodiscard]] double number() const;
  /// Lifetime: the reference lives as long as any copy of this Value.
  [[nodiscard]] const std::string& string() const;
  [[nodiscard]] const Array& array() const;
  /// The items of a list. Lifetime as for `string()`.
  [[nodiscard]] const std::vector<Value>& items() const;
  /// The fields of a mapping, in order. Lifetime as for `string()`.
  [[nodiscard]] const std::vector<std::pair<std::string, Value>>& fields() const;

  /// Number of list items, mapping fields, native fields, or rows of an array. Throws for other kinds.
  [[nodiscard]] std::size_t size() const;
  /// The field `key` of a mapping or native. Throws ItemNotFoundError naming the key and the known keys.
  [[nodiscard]] Value operator[](std::string_view key) const;
  /// The item `index` of a list or array; an array row is a view. Throws ItemNotFoundError naming index and
  /// size.
  [[nodiscard]] Value operator[](std::size_t index) const;
  [[nodiscard]] Value operator[](int index) const;
  [[nodiscard]] Value operator[](const char* key) const { return (*this)[std::string_view(key)]; }
  /// The field `key`, or `fallback` when there is none (or this has no fields).
  [[nodiscard]] Value get(std::string_view key, Value fallback = {}) const;
  /// Pointer to the field `key` of a mapping, or null. Lifetime as for `string()`.
  [[nodiscard]] const Value* find(std::string_view key) const noexcept;
  [[nodiscard]] bool has(std::string_view key) const noexcept;
  /// Field names in order; empty for values without fields.
  [[nodiscard]] std::vector<std::string> keys() const;

  /// A mapping like this one with `key` set to `value`: replaced in place, or added at the end. A native with
  /// fields becomes a mapping. Throws IncompatibleTypeError for values without fields.
  [[nodiscard]] Value with(std::string_view key, Value value) const;
  /// A mapping like this one without `key`, which need not exist. Throws as `with` does.
  [[nodiscard]] Value without(std::string_view key) const;
  /// A mapping from a mapping or from a native with fields, through all levels: no natives remain. Throws
  /// IncompatibleTypeError for a value that has no fields, and for a native inside that has none.
  [[nodiscard]] Value as_dict() const;

  /// The C++ object of type T, or null when this is not a native of exactly that type.
  template <class T>
  [[nodiscard]] const T* native_if() const noexcept {
    return static_cast<const T*>(native_object(typeid(T)));
  }
  /// The type of a native. Throws IncompatibleTypeError for other kinds.
  [[nodiscard]] const NativeType& native_type() const;

  /// Structural equality. Mappings ignore field order; an integer equals a float of the same value; a native
  /// with fields equals a mapping of the same fields; natives without fields are equal when they are the same
  /// object. Arrays are equal when element type, shape and elements are; an array never equals a list.
  friend bool operator==(const Value& left, const Value& right) noexcept;

  /// True when both are the same immutable object in memory, or equal scalars. Never compares contents.
  [[nodiscard]] bool is_same(const Value& other) const noexcept;

 private:
  friend class ValueAccess;
  union Payload {
    bool boolean;
    std::int64_t integer = 0;
    double number;
    ValueNode* node;
  };

  [[nodiscard]] bool is_shared() const noexcept { return kind_ >= Kind::string; }
  void retain() const noexcept { payload_.node->references.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    // The only owner needs no atomic read-modify-write: nobody else can reach the node any more.
    auto& references = payload_.node->references;
    if (references.load(std::memory_order_acquire) == 1 ||
        references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      free_node(payload_.node);
    }
  }
  static void free_node(ValueNode* node) noexcept;
  void set_string(std::string text);
  [[noreturn]] static void refuse_large(std::uint64_t value);
  [[nodiscard]] const void* native_object(const std::type_info& type) const noexcept;

  Payload payload_;
  Kind kind_ = Kind::null;
};

static_assert(sizeof(Value) == 16);

/// One field of a mapping written in braces.
struct Field {
  Field(std::string_view name, Value content) : key(name), value(std::move(content)) {}
  std::string_view key;
  Value value;
};

/// A list: `list({1, "two", 3.0})`.
Value list(std::initializer_list<Value> items);
/// A list from a vector of anything that converts to Value.
template <class T>
Value list(const std::vector<T>& items) {
  return Value::list(std::vector<Value>(items.begin(), items.end()));
}

/// One mapping with the fields of both. Throws InvalidArgumentError naming a field that both have, or when
/// one of the two is not a mapping.
Value merge(const Value& left, const Value& right);

/// Number of bytes the content keeps alive, shared parts counted each time they are met.
std::size_t memory_bytes(const Value& value) noexcept;

}  // namespace ember
