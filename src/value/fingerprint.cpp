// Two 64-bit lanes mixed by 128-bit multiplication. A mapping sums the mixed digests of its fields, which
// makes their order irrelevant; everything else is a sequence.
#include <ember/fingerprint.hpp>

#include <bit>
#include <cmath>
#include <string_view>

#include "value/value_node.hpp"

namespace ember {

namespace {

constexpr std::size_t deepest_fingerprint = 1000;

__extension__ using Wide = unsigned __int128;

std::uint64_t fold(std::uint64_t left, std::uint64_t right) noexcept {
  const Wide product = static_cast<Wide>(left) * right;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// What kind of content follows, so that equal bytes of different kinds differ.
enum class Tag : std::uint64_t {
  null = 1,
  boolean,
  integer,
  number,
  string,
  list,
  mapping,
  array,
  field,
  pair
};

/// Absorbs words; the order counts.
class Digest {
 public:
  explicit Digest(Tag tag) noexcept { add(static_cast<std::uint64_t>(tag), 0); }

  void add(std::uint64_t first, std::uint64_t second) noexcept {
    // The rotated state is kept beside the product: a product of zero must not wipe out what came before.
    const std::uint64_t high = high_;
    high_ =
        std::rotl(high_, 29) + fold(first ^ high_ ^ 0x9e3779b97f4a7c15U, second ^ low_ ^ 0xd1b54a32d192ed03U);
    low_ =
        std::rotl(low_, 31) + fold(second ^ high ^ 0x8cb92ba72f3d8dd7U, first ^ low_ ^ 0xe7037ed1a0b428dbU);
  }

  void add(const Fingerprint& inner) noexcept { add(inner.high, inner.low); }

  void add(const char* bytes, std::size_t size) noexcept {
    add(size, 0);
    for (; size >= 16; bytes += 16, size -= 16) add(word(bytes, 8), word(bytes + 8, 8));
    if (size > 8) {
      add(word(bytes, 8), word(bytes + 8, size - 8));
    } else if (size > 0) {
      add(word(bytes, size), 0);
    }
  }

  void add(std::string_view text) noexcept { add(text.data(), text.size()); }

  [[nodiscard]] Fingerprint finish() const noexcept {
    const std::uint64_t high = fold(high_ ^ 0xa0761d6478bd642fU, low_ ^ 0xbf58476d1ce4e5b9U);
    const std::uint64_t low = fold(low_ ^ 0x94d049bb133111ebU, high_ ^ 0xc2b2ae3d27d4eb4fU);
    return {high + std::rotl(low_, 17), low + std::rotl(high_, 41)};
  }

 private:
  // Little-endian on every platform.
  static std::uint64_t word(const char* bytes, std::size_t size) noexcept {
    std::uint64_t result = 0;
    for (std::size_t i = 0; i < size; ++i) {
      result |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return result;
  }

  std::uint64_t high_ = 0x6a09e667f3bcc908U;
  std::uint64_t low_ = 0xbb67ae8584caa73bU;
};

std::optional<Fingerprint> of_value(const Value& value, std::size_t depth);

// Floats with whole values count as integers, because they are equal to them.
void add_number(Digest& digest, double number) noexcept {
  constexpr double int64_end = 9223372036854775808.0;
  if (number >= -int64_end && number < int64_end && std::trunc(number) == number) {
    digest.add(static_cast<std::uint64_t>(Tag::integer),
               static_cast<std::uint64_t>(static_cast<std::int64_t>(number)));
  } else {
    digest.add(static_cast<std::uint64_t>(Tag::number), std::bit_cast<std::uint64_t>(number));
  }
}

void add_integer(Digest& digest, std::int64_t integer) noexcept {
  digest.add(static_cast<std::uint64_t>(Tag::integer), static_cast<std::uint64_t>(integer));
}

template <class T>
void add_elements(Digest& digest, const Array& array) {
  for (const T element : array.data<T>()) {
    if constexpr (std::floating_point<T>) {
      add_number(digest, element);
    } else {
      add_integer(digest, element);
    }
  }
}

Fingerprint of_array(const Array& array) {
  Digest digest(Tag::array);
  digest.add(static_cast<std::uint64_t>(array.element_type()), array.shape().size());
  for (const std::size_t length : array.shape()) digest.add(length, 0);
  switch (array.element_type()) {
    case ElementType::float64:
      add_elements<double>(digest, array);
      break;
    case ElementType::float32:
      add_elements<float>(digest, array);
      break;
    case ElementType::int64:
      add_elements<std::int64_t>(digest, array);
      break;
    case ElementType::int32:
      add_elements<std::int32_t>(digest, array);
      break;
    case ElementType::uint8:
      digest.add(static_cast<const char*>(array.raw()), array.size());
      break;
  }
  return digest.finish();
}

std::optional<Fingerprint> of_list(const Value& value, std::size_t depth) {
  Digest digest(Tag::list);
  digest.add(value.size(), 0);
  for (const Value& item : value.items()) {
    const auto inner = of_value(item, depth + 1);
    if (!inner) return std::nullopt;
    digest.add(*inner);
  }
  return digest.finish();
}

std::optional<Fingerprint> of_fields(const FieldList& fields, std::size_t depth) {
  Fingerprint sum;
  for (const auto& [key, content] : fields) {
    const auto inner = of_value(content, depth + 1);
    if (!inner) return std::nullopt;
    Digest field(Tag::field);
    field.add(key);
    field.add(*inner);
    const Fingerprint mixed = field.finish();
    sum.high += mixed.high;
    sum.low += mixed.low;
  }
  Digest digest(Tag::mapping);
  digest.add(fields.size(), 0);
  digest.add(sum);
  return digest.finish();
}

std::optional<Fingerprint> of_value(const Value& value, std::size_t depth) {
  if (depth > deepest_fingerprint) return std::nullopt;
  switch (value.kind()) {
    case Kind::list:
      return of_list(value, depth);
    case Kind::mapping:
      return of_fields(value.fields(), depth);
    case Kind::array:
      return of_array(value.array());
    case Kind::native:
      return value.has_fields() ? of_fields(copy_fields(value), depth) : std::nullopt;
    default:
      break;
  }
  Digest digest(value.is_string() ? Tag::string : value.is_null() ? Tag::null : Tag::boolean);
  if (value.is_boolean()) digest.add(value.boolean() ? 1 : 0, 0);
  if (value.is_string()) digest.add(value.string());
  if (value.is_integer()) add_integer(digest, value.integer());
  if (value.is_number()) add_number(digest, value.number());
  return digest.finish();
}

}  // namespace

std::string Fingerprint::to_string() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint64_t half : {high, low}) {
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[(half >> shift) & 15];
  }
  return text;
}

std::optional<Fingerprint> fingerprint(const Value& value) {
  return of_value(value, 0);
}

Fingerprint combine(const Fingerprint& first, const Fingerprint& second) noexcept {
  Digest digest(Tag::pair);
  digest.add(first);
  digest.add(second);
  return digest.finish();
}

}  // namespace ember
