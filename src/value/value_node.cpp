// Freeing is iterative: a list nested a million levels deep must not overflow the stack when its last owner
// goes.
#include "value/value_node.hpp"

#include <bit>
#include <functional>

namespace ember {

namespace {

constexpr std::size_t linear_limit = 16;

void free_body(ValueNode* node) noexcept {
  switch (node->kind) {
    case Kind::string:
      delete static_cast<StringNode*>(node);
      break;
    case Kind::list:
      delete static_cast<ListNode*>(node);
      break;
    case Kind::mapping:
      delete static_cast<MappingNode*>(node);
      break;
    case Kind::array:
      delete static_cast<ArrayNode*>(node);
      break;
    default:
      delete static_cast<NativeNode*>(node);
      break;
  }
}

ValueNode* push(ValueNode* top, ValueNode* node) noexcept {
  node->references.store(reinterpret_cast<std::uintptr_t>(top), std::memory_order_relaxed);
  return node;
}

// Moves the children that die with `node` to the stack of dead nodes.
ValueNode* take_children(ValueNode* node, ValueNode* top) noexcept {
  if (node->kind == Kind::list) {
    for (Value& item : static_cast<ListNode*>(node)->items) {
      if (ValueNode* dead = ValueAccess::disown(item)) top = push(top, dead);
    }
  } else if (node->kind == Kind::mapping) {
    for (auto& field : static_cast<MappingNode*>(node)->fields) {
      if (ValueNode* dead = ValueAccess::disown(field.second)) top = push(top, dead);
    }
  }
  return top;
}

std::uint32_t hash_of(std::string_view key) noexcept {
  const std::size_t hash = std::hash<std::string_view>{}(key);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

void Value::free_node(ValueNode* node) noexcept {
  ValueNode* top = push(nullptr, node);
  while (top != nullptr) {
    ValueNode* dead = top;
    // The count of a dead node holds the next one: no memory is needed to free a tree of any depth.
    const std::uintptr_t next = dead->references.load(std::memory_order_relaxed);
    top = reinterpret_cast<ValueNode*>(next);  // NOLINT(performance-no-int-to-ptr)
    top = take_children(dead, top);
    free_body(dead);
  }
}

ValueNode* ValueAccess::disown(Value& value) noexcept {
  if (!value.is_shared()) return nullptr;
  value.kind_ = Kind::null;
  auto& references = value.payload_.node->references;
  const bool is_last = references.load(std::memory_order_acquire) == 1 ||
                       references.fetch_sub(1, std::memory_order_acq_rel) == 1;
  return is_last ? value.payload_.node : nullptr;
}

std::uint64_t ValueAccess::bits(const Value& value) noexcept {
  switch (value.kind_) {
    case Kind::null:
      return 0;
    case Kind::boolean:
      return value.payload_.boolean ? 1 : 0;
    case Kind::integer:
      return static_cast<std::uint64_t>(value.payload_.integer);
    case Kind::number:
      return std::bit_cast<std::uint64_t>(value.payload_.number);
    default:
      return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(value.payload_.node));
  }
}

std::size_t MappingIndex::build(const FieldList& fields) {
  slots_.assign(std::bit_ceil(fields.size() * 2), Slot{});
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t position = 0; position < fields.size(); ++position) {
    const std::uint32_t hash = hash_of(fields[position].first);
    std::size_t at = hash & mask;
    for (; slots_[at].position != 0; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.hash == hash && fields[slot.position - 1].first == fields[position].first) return position;
    }
    slots_[at] = {hash, static_cast<std::uint32_t>(position + 1)};
  }
  return fields.size();
}

std::size_t MappingIndex::find(const FieldList& fields, std::string_view key) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  const std::uint32_t hash = hash_of(key);
  for (std::size_t at = hash & mask; slots_[at].position != 0; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.hash == hash && fields[slot.position - 1].first == key) return slot.position - 1;
  }
  return fields.size();
}

std::size_t MappingNode::position_of(std::string_view key) const noexcept {
  if (index) return index->find(fields, key);
  std::size_t position = 0;
  while (position < fields.size() && fields[position].first != key) ++position;
  return position;
}

std::unique_ptr<MappingNode> make_mapping(FieldList fields, std::string& duplicate) {
  auto node = std::make_unique<MappingNode>(std::move(fields));
  const FieldList& content = node->fields;
  const std::size_t size = content.size();
  std::size_t second = size;
  if (size > linear_limit) {
    auto index = std::make_unique<MappingIndex>();
    second = index->build(content);
    node->index = std::move(index);
  } else {
    for (std::size_t position = 1; position < size && second == size; ++position) {
      if (node->position_of(content[position].first) < position) second = position;
    }
  }
  if (second == size) return node;
  duplicate = content[second].first;
  return nullptr;
}

}  // namespace ember
