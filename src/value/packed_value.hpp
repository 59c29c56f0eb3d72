// PackedValue: a Value as bytes for another process. Large arrays and texts are not copied on the way out.
//
//   "EmV" version(1)  bytes of the structure(8)  structure  { padding to 16  large content }...
//
// The structure is one value, outermost first: a tag, then lengths as varints, numbers in little endian. What
// is large stands behind it in the order in which the structure names it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <ember/value.hpp>

namespace ember {

/// The packed form of one Value. It holds the Value, whose memory most of the bytes may lie in.
class PackedValue {
 public:
  /// Arrays and texts of at least this many bytes are not copied.
  static constexpr std::size_t large = 4096;
  /// Large content stands at a multiple of this, counted from the first byte of the packed form.
  static constexpr std::size_t alignment = 16;

  /// Objects with fields travel as mappings of their fields. Throws IncompatibleTypeError naming the place of
  /// an object without fields, and for values nested deeper than 1000 levels.
  explicit PackedValue(Value value);
  PackedValue(PackedValue&&) noexcept = default;
  PackedValue& operator=(PackedValue&&) noexcept = default;
  PackedValue(const PackedValue&) = delete;
  PackedValue& operator=(const PackedValue&) = delete;
  ~PackedValue() = default;

  /// Bytes in all.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// What gives the packed form when written one after the other, none of it empty. Lifetime: this object.
  [[nodiscard]] const std::vector<std::span<const std::byte>>& pieces() const noexcept { return pieces_; }
  /// All of it in one buffer.
  [[nodiscard]] std::vector<std::byte> bytes() const;

 private:
  Value value_;
  /// What was made while packing and has large content.
  std::vector<Value> kept_;
  std::vector<std::byte> head_;
  std::vector<std::span<const std::byte>> pieces_;
  std::size_t size_ = 0;
};

/// The Value that `bytes` are the packed form of. Throws DataError for bytes that are no packed value,
/// whatever they are; takes memory in proportion to their number only.
Value unpack(std::span<const std::byte> bytes);

/// The same, but large arrays stay where they are in `bytes`, which `owner` keeps alive, when they are
/// aligned there.
Value unpack(std::span<const std::byte> bytes, std::shared_ptr<const void> owner);

}  // namespace ember
