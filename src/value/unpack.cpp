// Bytes from another process are checked as they are read: none is looked at that is not there, and no memory
// is taken for what they only announce.
#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <ember/array.hpp>
#include <ember/error.hpp>

#include "value/packed_tag.hpp"
#include "value/packed_value.hpp"
#include "value/value_node.hpp"

namespace ember {
namespace {

using Bytes = std::span<const std::byte>;

/// More items than this are not made room for before they are seen.
constexpr std::uint64_t most_reserved = 1024;

[[noreturn]] void refuse(const std::string& reason) {
  throw DataError("these bytes are no packed value: " + reason);
}

/// Takes bytes from the front, as far as there are any.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) noexcept : bytes_(bytes) {}

  Bytes take(std::uint64_t count) {
    if (count > left()) refuse("they end too early");
    const Bytes taken = bytes_.subspan(at_, static_cast<std::size_t>(count));
    at_ += taken.size();
    return taken;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1).front()); }
  std::uint64_t length() {
    std::uint64_t result = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t byte_now = byte();
      const std::uint64_t bits = byte_now & 0x7FU;
      if (shift == 63 && bits > 1) break;
      result |= bits << shift;
      if (byte_now < 0x80) return result;
    }
    refuse("a length is too large");
  }
  void skip_padding() {
    const std::size_t rest = at_ % PackedValue::alignment;
    if (rest != 0) take(PackedValue::alignment - rest);
  }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
};

/// A buffer of its own for what can not stay where it is.
std::shared_ptr<const void> copy_of(Bytes content) {
  auto copy = std::make_shared<std::vector<std::byte>>(content.begin(), content.end());
  const void* first = copy->data();
  return {std::move(copy), first};
}

class Unpacker {
 public:
  Unpacker(Bytes bytes, std::shared_ptr<const void> owner)
      : structure_(structure_of(bytes)), large_(bytes), owner_(std::move(owner)) {
    large_.take(packed_header_bytes + structure_.left());
  }

  Value all() {
    Value value = next(0);
    if (structure_.left() != 0 || large_.left() != 0) refuse("there are more of them than it has");
    return value;
  }

 private:
  static ByteReader structure_of(Bytes bytes) {
    ByteReader header(bytes);
    const Bytes magic = header.take(packed_magic.size());
    if (!std::equal(magic.begin(), magic.end() - 1, packed_magic.begin())) refuse("they start differently");
    if (magic.back() != packed_magic.back()) {
      refuse("they are of version " + std::to_string(static_cast<int>(magic.back())) + ", and this is " +
             std::to_string(static_cast<int>(packed_magic.back())));
    }
    std::uint64_t length = 0;
    std::memcpy(&length, header.take(sizeof length).data(), sizeof length);
    return ByteReader(header.take(length));
  }

  Value next(std::size_t depth) {
    if (depth > deepest_packed) refuse("it is nested too deep");
    switch (static_cast<PackedTag>(structure_.byte())) {
      case PackedTag::null:
        return {};
      case PackedTag::no:
        return false;
      case PackedTag::yes:
        return true;
      case PackedTag::integer:
        return next_integer();
      case PackedTag::number:
        return next_number();
      case PackedTag::string:
        return text_of(structure_.take(structure_.length()));
      case PackedTag::large_string:
        return text_of(next_large(structure_.length()));
      case PackedTag::list:
        return next_list(depth);
      case PackedTag::mapping:
        return next_mapping(depth);
      case PackedTag::array:
        return next_array(false);
      case PackedTag::large_array:
        return next_array(true);
    }
    refuse("a kind of content is not known");
  }

  Value next_integer() {
    const std::uint64_t bits = structure_.length();
    return static_cast<std::int64_t>((bits >> 1U) ^ (0 - (bits & 1U)));
  }

  Value next_number() {
    double number = 0;
    std::memcpy(&number, structure_.take(sizeof number).data(), sizeof number);
    return number;
  }

  static std::string text_of(Bytes bytes) {
    return bytes.empty() ? std::string()
                         : std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }

  Bytes next_large(std::uint64_t size) {
    large_.skip_padding();
    return large_.take(size);
  }

  Value next_list(std::size_t depth) {
    const std::uint64_t count = structure_.length();
    std::vector<Value> items;
    items.reserve(
        static_cast<std::size_t>(std::min<std::uint64_t>({count, structure_.left(), most_reserved})));
    for (std::uint64_t i = 0; i < count; ++i) items.push_back(next(depth + 1));
    return Value::list(std::move(items));
  }

  Value next_mapping(std::size_t depth) {
    const std::uint64_t count = structure_.length();
    FieldList fields;
    fields.reserve(
        static_cast<std::size_t>(std::min<std::uint64_t>({count, structure_.left() / 2, most_reserved})));
    for (std::uint64_t i = 0; i < count; ++i) {
      std::string key = text_of(structure_.take(structure_.length()));
      fields.emplace_back(std::move(key), next(depth + 1));
    }
    try {
      return Value::mapping(std::move(fields));
    } catch (const InvalidArgumentError&) {
      refuse("a field stands twice");
    }
  }

  ElementType next_element_type() {
    const std::uint8_t type = structure_.byte();
    if (type > static_cast<std::uint8_t>(ElementType::uint8)) refuse("a type of elements is not known");
    return static_cast<ElementType>(type);
  }

  Value next_array(bool is_large) {
    const ElementType type = next_element_type();
    const std::uint64_t dimensions = structure_.length();
    if (dimensions > structure_.left()) refuse("they end too early");
    std::vector<std::size_t> shape(static_cast<std::size_t>(dimensions));
    for (std::size_t& length : shape) length = static_cast<std::size_t>(structure_.length());
    const std::size_t elements = elements_of(shape);
    if (elements > std::numeric_limits<std::size_t>::max() / size_of(type)) refuse("an array is too large");
    const std::size_t bytes = elements * size_of(type);
    const Bytes content = is_large ? next_large(bytes) : structure_.take(bytes);
    return Array(type, std::move(shape), buffer_of(content, is_large, size_of(type)), elements);
  }

  static std::size_t elements_of(const std::vector<std::size_t>& shape) {
    if (std::find(shape.begin(), shape.end(), std::size_t{0}) != shape.end()) return 0;
    std::size_t elements = 1;
    for (const std::size_t length : shape) {
      if (length > std::numeric_limits<std::size_t>::max() / elements) refuse("an array is too large");
      elements *= length;
    }
    return elements;
  }

  [[nodiscard]] std::shared_ptr<const void> buffer_of(Bytes content, bool is_large,
                                                      std::size_t element) const {
    const bool is_aligned = reinterpret_cast<std::uintptr_t>(content.data()) % element == 0;
    if (!owner_ || !is_large || !is_aligned) return copy_of(content);
    return {owner_, content.data()};
  }

  ByteReader structure_;
  ByteReader large_;
  std::shared_ptr<const void> owner_;
};

}  // namespace

Value unpack(std::span<const std::byte> bytes) {
  return unpack(bytes, nullptr);
}

Value unpack(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
  return Unpacker(bytes, std::move(owner)).all();
}

}  // namespace ember
