#include "value/packed_value.hpp"

#include <cstring>
#include <string>
#include <utility>

#include <ember/array.hpp>
#include <ember/error.hpp>
#include <ember/native_type.hpp>
#include <ember/value_path.hpp>

#include "value/packed_tag.hpp"
#include "value/value_node.hpp"

namespace ember {
namespace {

std::size_t padding_after(std::size_t size) {
  return (PackedValue::alignment - size % PackedValue::alignment) % PackedValue::alignment;
}

// Apart, so that the frames of the recursion stay small.
[[noreturn]] void refuse_depth() {
  throw IncompatibleTypeError("the value is nested deeper than " + std::to_string(deepest_packed) +
                              " levels");
}

[[noreturn]] void refuse_object(const NativeType& type, const ValuePath& path) {
  throw IncompatibleTypeError("an object of type " + std::string(type.name) + path.place() +
                              " can not travel to another process: it has no fields");
}

/// Writes the structure, and notes what stands behind it.
class Packer {
 public:
  Packer() : head_(packed_magic.begin(), packed_magic.end()) { head_.resize(packed_header_bytes); }

  void add(const Value& value, const ValuePath& path) {
    if (path.depth() > deepest_packed) refuse_depth();
    switch (value.kind()) {
      case Kind::null:
        return add_tag(PackedTag::null);
      case Kind::boolean:
        return add_tag(value.boolean() ? PackedTag::yes : PackedTag::no);
      case Kind::integer:
        return add_integer(value.integer());
      case Kind::number:
        return add_number(value.number());
      case Kind::string:
        return add_string(value.string());
      case Kind::list:
        return add_list(value.items(), path);
      case Kind::mapping:
        return add_mapping(value.fields(), path);
      case Kind::array:
        return add_array(value.array());
      case Kind::native:
        return add_native(value, path);
    }
  }

  std::vector<std::byte> take_head() {
    const std::uint64_t length = head_.size() - packed_header_bytes;
    std::memcpy(head_.data() + packed_magic.size(), &length, sizeof length);
    if (!large_.empty()) head_.resize(head_.size() + padding_after(head_.size()));
    return std::move(head_);
  }
  [[nodiscard]] const std::vector<std::span<const std::byte>>& large() const noexcept { return large_; }
  std::vector<Value> take_kept() { return std::move(kept_); }

 private:
  void add_tag(PackedTag tag) { head_.push_back(static_cast<std::byte>(tag)); }

  void add_bytes(const void* data, std::size_t size) {
    const auto* first = static_cast<const std::byte*>(data);
    if (size != 0) head_.insert(head_.end(), first, first + size);
  }

  void add_length(std::uint64_t length) {
    for (; length >= 0x80; length >>= 7U) head_.push_back(static_cast<std::byte>(length | 0x80U));
    head_.push_back(static_cast<std::byte>(length));
  }

  void add_integer(std::int64_t integer) {
    add_tag(PackedTag::integer);
    // Numbers close to zero are short, whatever their sign.
    const auto bits = static_cast<std::uint64_t>(integer);
    add_length((bits << 1U) ^ (integer < 0 ? ~std::uint64_t{0} : 0));
  }

  void add_number(double number) {
    add_tag(PackedTag::number);
    add_bytes(&number, sizeof number);
  }

  void add_string(const std::string& text) {
    const bool is_large = text.size() >= PackedValue::large;
    add_tag(is_large ? PackedTag::large_string : PackedTag::string);
    add_length(text.size());
    add_content(text.data(), text.size(), is_large);
  }

  void add_list(const std::vector<Value>& items, const ValuePath& path) {
    add_tag(PackedTag::list);
    add_length(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) add(items[i], ValuePath(path, i));
  }

  void add_key(std::string_view key) {
    add_length(key.size());
    add_bytes(key.data(), key.size());
  }

  void add_mapping(const FieldList& fields, const ValuePath& path) {
    add_tag(PackedTag::mapping);
    add_length(fields.size());
    for (const auto& [key, content] : fields) {
      add_key(key);
      add(content, ValuePath(path, key));
    }
  }

  void add_array(const Array& array) {
    const bool is_large = array.bytes() >= PackedValue::large;
    add_tag(is_large ? PackedTag::large_array : PackedTag::array);
    head_.push_back(static_cast<std::byte>(array.element_type()));
    add_length(array.shape().size());
    for (const std::size_t length : array.shape()) add_length(length);
    add_content(array.raw(), array.bytes(), is_large);
  }

  void add_content(const void* data, std::size_t size, bool is_large) {
    if (!is_large) return add_bytes(data, size);
    large_.emplace_back(static_cast<const std::byte*>(data), size);
  }

  [[gnu::noinline]] void add_native(const Value& object, const ValuePath& path) {
    const NativeType& type = object.native_type();
    if (type.read == nullptr) refuse_object(type, path);
    add_tag(PackedTag::mapping);
    add_length(type.fields.size());
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
      add_key(type.fields[i]);
      const std::size_t large_before = large_.size();
      Value content = native_field(object, i);
      add(content, ValuePath(path, type.fields[i]));
      if (large_.size() > large_before) kept_.push_back(std::move(content));
    }
  }

  std::vector<std::byte> head_;
  std::vector<std::span<const std::byte>> large_;
  std::vector<Value> kept_;
};

}  // namespace

PackedValue::PackedValue(Value value) : value_(std::move(value)) {
  static constexpr std::byte zeros[alignment] = {};
  Packer packer;
  packer.add(value_, ValuePath());
  kept_ = packer.take_kept();
  head_ = packer.take_head();
  pieces_.emplace_back(head_);
  size_ = head_.size();
  for (const std::span<const std::byte> content : packer.large()) {
    if (const std::size_t padding = padding_after(size_)) {
      pieces_.emplace_back(zeros, padding);
      size_ += padding;
    }
    pieces_.push_back(content);
    size_ += content.size();
  }
}

std::vector<std::byte> PackedValue::bytes() const {
  std::vector<std::byte> all;
  all.reserve(size_);
  for (const std::span<const std::byte> piece : pieces_) all.insert(all.end(), piece.begin(), piece.end());
  return all;
}

}  // namespace ember
