// What ranks send each other: an envelope, and a Value in packed form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <ember/value.hpp>

#include "value/packed_value.hpp"

namespace ember::ranks {

enum class MessageKind : std::uint32_t {
  /// To a rank: its shard of a collective, maybe none.
  work,
  /// To a rank: its shard is not wanted any more.
  stop,
  /// To rank 0: what became of one position.
  item,
  /// To rank 0: the shard is over; the content is an error that ended it.
  done,
  /// To a rank: what the collective came to.
  outcome,
};

/// In front of every message, as it is in memory: all ranks run the same program.
struct Envelope {
  MessageKind kind = MessageKind::work;
  /// Not zero: the content is an error.
  std::uint32_t is_error = 0;
  /// Number of the collective.
  std::uint64_t collective = 0;
  /// The position of an item.
  std::uint64_t index = 0;
  /// Bytes of the content.
  std::uint64_t size = 0;
};
static_assert(sizeof(Envelope) % PackedValue::alignment == 0);

/// On its way out.
struct Message {
  Envelope envelope = {};
  /// Null: none.
  std::shared_ptr<const PackedValue> content = {};
};

/// As it arrived.
struct Delivery {
  int rank = 0;
  Envelope envelope = {};
  /// Keeps the content alive.
  std::shared_ptr<const std::byte> owner = {};
  std::span<const std::byte> content = {};

  /// The content. Arrays stay in the memory that they arrived in.
  [[nodiscard]] Value value() const { return unpack(content, owner); }
};

}  // namespace ember::ranks
