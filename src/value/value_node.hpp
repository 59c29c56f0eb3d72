// The heads and bodies of what Values share. Nodes never change once a Value holds them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ember/array.hpp>
#include <ember/native_type.hpp>
#include <ember/value.hpp>

namespace ember {

using FieldList = std::vector<std::pair<std::string, Value>>;

struct StringNode : ValueNode {
  explicit StringNode(std::string content) noexcept : ValueNode(Kind::string), text(std::move(content)) {}
  std::string text;
};

struct ListNode : ValueNode {
  explicit ListNode(std::vector<Value> content) noexcept : ValueNode(Kind::list), items(std::move(content)) {}
  std::vector<Value> items;
};

/// Finds a key's position in a large mapping: open addressing, half full at most.
class MappingIndex {
 public:
  /// Indexes all `fields`. Returns the position of the first field whose key stood before, or
  /// `fields.size()`.
  std::size_t build(const FieldList& fields);
  /// The position of `key`, or `fields.size()`.
  [[nodiscard]] std::size_t find(const FieldList& fields, std::string_view key) const noexcept;

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t position = 0;  // plus one: zero marks an empty slot
  };
  std::vector<Slot> slots_;
};

struct MappingNode : ValueNode {
  explicit MappingNode(FieldList content) noexcept : ValueNode(Kind::mapping), fields(std::move(content)) {}
  /// The position of `key`, or `fields.size()`.
  [[nodiscard]] std::size_t position_of(std::string_view key) const noexcept;

  FieldList fields;
  std::unique_ptr<const MappingIndex> index;  // only above the size where a linear search is slower
};

struct ArrayNode : ValueNode {
  explicit ArrayNode(Array content) noexcept : ValueNode(Kind::array), array(std::move(content)) {}
  Array array;
};

struct NativeNode : ValueNode {
  NativeNode(std::shared_ptr<const void> content, const NativeType& described) noexcept
      : ValueNode(Kind::native), object(std::move(content)), type(&described) {}
  std::shared_ptr<const void> object;
  const NativeType* type;
};

/// A mapping node, or null when a key stands twice; `duplicate` is then that key.
std::unique_ptr<MappingNode> make_mapping(FieldList fields, std::string& duplicate);

/// Opens Values for the value layer's own sources.
class ValueAccess {
 public:
  /// A Value that takes over the reference that `node` was made with.
  static Value adopt(ValueNode* node) noexcept {
    Value value;
    value.payload_.node = node;
    value.kind_ = node->kind;
    return value;
  }
  template <class Node>
  static const Node& node(const Value& value) noexcept {
    return static_cast<const Node&>(*value.payload_.node);
  }
  static const ValueNode* address(const Value& value) noexcept { return value.payload_.node; }
  static std::uint64_t bits(const Value& value) noexcept;
  /// Gives up the reference of `value` without freeing. Returns the node when it was the last one, else null.
  static ValueNode* disown(Value& value) noexcept;
};

/// Field names and values of a mapping or of a native with fields, shallow.
FieldList copy_fields(const Value& value);
/// The field `index` of a native with fields.
Value native_field(const Value& native, std::size_t index);

/// Throws IncompatibleTypeError `expected <expected>, found <kind>`.
[[noreturn]] void throw_kind(std::string_view expected, const Value& found);

}  // namespace ember
