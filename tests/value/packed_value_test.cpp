#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ember/array.hpp>
#include <ember/error.hpp>
#include <ember/fields.hpp>

#include "value/exact_value.hpp"
#include "value/packed_value.hpp"
#include "value/random_value.hpp"

namespace ember {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

using Bytes = std::vector<std::byte>;

template <class T>
Value random_array(test::RandomValue& random, std::size_t most) {
  std::vector<std::size_t> shape(random.below(4));
  for (std::size_t& length : shape) length = random.below(most);
  std::size_t size = 1;
  for (const std::size_t length : shape) size *= length;
  std::vector<T> content(size);
  for (T& element : content) element = static_cast<T>(random.below(256));
  return array<T>(std::move(shape), std::move(content));
}

/// A part of an array, or the array.
Value view_of(test::RandomValue& random, const Value& whole) {
  const Array& array = whole.array();
  if (array.shape().empty() || random.below(2) == 0) return whole;
  const std::size_t first = random.below(array.shape()[0] + 1);
  const std::size_t last = first + random.below(array.shape()[0] - first + 1);
  return array.slice(first, last);
}

Value some_array(test::RandomValue& random) {
  const std::size_t most = random.below(8) == 0 ? 30 : 5;
  switch (random.below(5)) {
    case 0:
      return view_of(random, random_array<double>(random, most));
    case 1:
      return view_of(random, random_array<float>(random, most));
    case 2:
      return view_of(random, random_array<std::int64_t>(random, most));
    case 3:
      return view_of(random, random_array<std::int32_t>(random, most));
    default:
      return view_of(random, random_array<std::uint8_t>(random, most));
  }
}

/// With what JSON does not have: arrays, bytes that are no text, numbers that are none, long text.
Value anything(test::RandomValue& random, int depth = 3) {
  switch (random.below(depth > 0 ? 9 : 5)) {
    case 0:
      return some_array(random);
    case 1:
      return std::string(random.below(40) == 0 ? 5000 + random.below(20) : random.below(200), '\xFF');
    case 2:
      return std::bit_cast<double>(0x7FF0000000000000U + random.below(1U << 30U));
    case 3:
      return random.next(2);
    case 4:
      return std::int64_t{1} << random.below(64);
    case 5:
    case 6: {
      std::vector<Value> items(random.below(5));
      for (Value& item : items) item = anything(random, depth - 1);
      return Value::list(std::move(items));
    }
    default: {
      std::vector<std::pair<std::string, Value>> fields;
      const std::size_t size = random.below(20) == 0 ? 40 : random.below(5);
      for (std::size_t i = 0; i < size; ++i) {
        fields.emplace_back(std::to_string(random.below(10)) + std::string("\0k", 2) + std::to_string(i),
                            anything(random, depth - 1));
      }
      return Value::mapping(std::move(fields));
    }
  }
}

TEST(PackedValueLaw, what_is_packed_comes_back_exactly) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    test::RandomValue random(seed);
    const Value value = anything(random);
    const PackedValue packed(value);
    const Bytes bytes = packed.bytes();
    ASSERT_EQ(bytes.size(), packed.size()) << "seed " << seed;
    ASSERT_TRUE(is_exactly(unpack(bytes), value)) << "seed " << seed;
    const auto owner = std::make_shared<const Bytes>(bytes);
    ASSERT_TRUE(is_exactly(unpack(*owner, owner), value)) << "seed " << seed;
  }
}

TEST(PackedValueLaw, damaged_bytes_are_refused_or_are_another_value) {
  std::size_t refused = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    test::RandomValue random(seed);
    const Bytes bytes = PackedValue(anything(random)).bytes();
    // A buffer of exactly this length, so that AddressSanitizer sees a read behind it.
    Bytes damaged(bytes.begin(), bytes.end() - static_cast<std::ptrdiff_t>(random.below(bytes.size() + 1)));
    damaged.shrink_to_fit();
    if (damaged.size() < bytes.size()) {
      EXPECT_THROW((void)unpack(damaged), DataError) << "seed " << seed;
    }
    damaged = bytes;
    for (std::size_t flips = 1 + random.below(3); flips > 0; --flips) {
      // Mostly near the front, where the structure is.
      const std::size_t at =
          random.below(random.below(2) == 0 ? bytes.size() : std::min<std::size_t>(64, bytes.size()));
      damaged[at] ^= static_cast<std::byte>(1U << random.below(8));
    }
    try {
      const Value other = unpack(damaged);
      EXPECT_EQ(unpack(PackedValue(other).bytes()).kind(), other.kind());
    } catch (const DataError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100U);
}

TEST(PackedValueLaw, random_bytes_behind_a_good_start_are_read_safely) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    test::RandomValue random(seed);
    Bytes bytes = PackedValue(Value()).bytes();
    bytes.resize(bytes.size() + random.below(300));
    const std::uint64_t length = bytes.size() - 12;
    std::memcpy(bytes.data() + 4, &length, sizeof length);
    for (std::size_t i = 12; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::byte>(random.below(random.below(3) == 0 ? 256 : 12));
    try {
      (void)unpack(bytes);
    } catch (const DataError&) {
    }
  }
}

TEST(PackedValue, keeps_what_equality_does_not_see) {
  const Value value = list({-0.0, std::nan("7"), std::numeric_limits<double>::infinity(), 1, 1.0, INT64_MIN,
                            INT64_MAX, Value{{"b", 1}, {"a", 2}}, std::string("\0\xFF", 2)});
  const Value back = unpack(PackedValue(value).bytes());
  EXPECT_TRUE(is_exactly(back, value));
  EXPECT_TRUE(std::signbit(back[0].number()));
  EXPECT_EQ(std::bit_cast<std::uint64_t>(back[1].number()), std::bit_cast<std::uint64_t>(std::nan("7")));
  EXPECT_TRUE(back[3].is_integer());
  EXPECT_TRUE(back[4].is_number());
  EXPECT_EQ(back[7].keys(), (std::vector<std::string>{"b", "a"}));
}

TEST(PackedValue, is_small) {
  EXPECT_EQ(PackedValue(Value()).size(), 13U);
  EXPECT_EQ(PackedValue(-3).size(), 14U);
  EXPECT_EQ(PackedValue("text").size(), 12U + 2 + 4);
}

std::vector<double> counted(std::size_t size) {
  std::vector<double> numbers(size);
  std::iota(numbers.begin(), numbers.end(), 0.0);
  return numbers;
}

TEST(PackedValue, large_content_stays_where_it_is_on_both_sides) {
  const Value whole = array<double>({1000, 2}, counted(2000));
  const Value part = whole.array().slice(3, 900);
  const Value text = std::string(10'000, 'x');
  const PackedValue packed({{"text", text}, {"part", part}});
  std::vector<const void*> addresses;
  for (const auto piece : packed.pieces()) {
    EXPECT_FALSE(piece.empty());
    addresses.push_back(piece.data());
  }
  EXPECT_THAT(addresses, testing::Contains(part.array().raw()));
  EXPECT_THAT(addresses, testing::Contains(text.string().data()));

  const auto received = std::make_shared<const Bytes>(packed.bytes());
  const Value back = unpack(*received, received);
  EXPECT_TRUE(is_exactly(back["part"], part));
  const auto* first = static_cast<const std::byte*>(back["part"].array().raw());
  EXPECT_GE(first, received->data());
  EXPECT_LT(first, received->data() + received->size());
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % alignof(double), 0U);
}

TEST(PackedValue, an_array_outlives_what_it_was_received_in) {
  const Value numbers = array<double>({2000}, counted(2000));
  auto received = std::make_shared<const Bytes>(PackedValue(numbers).bytes());
  const std::span<const std::byte> bytes = *received;
  const Value back = unpack(bytes, std::move(received));
  EXPECT_TRUE(is_exactly(back, numbers));
}

TEST(PackedValue, large_arrays_that_are_not_aligned_are_copied) {
  const Value numbers = array<double>({2000}, counted(2000));
  Bytes shifted = PackedValue(numbers).bytes();
  shifted.insert(shifted.begin(), std::byte{0});
  const auto owner = std::make_shared<const Bytes>(std::move(shifted));
  EXPECT_TRUE(is_exactly(unpack(std::span(*owner).subspan(1), owner), numbers));
}

TEST(PackedValue, holds_the_value_it_was_made_of) {
  Value text = std::string(10'000, 'y');
  const PackedValue packed(text);
  text = {};
  EXPECT_EQ(unpack(packed.bytes()), Value(std::string(10'000, 'y')));
}

struct Point {
  std::string name;
  std::vector<double> at;
};
EMBER_FIELDS(Point, name, at)

struct Opaque {};

TEST(PackedValue, objects_with_fields_travel_as_mappings) {
  const Value object = wrap(Point{std::string(9000, 'n'), {1, 2}});
  const Value back = unpack(PackedValue(object).bytes());
  EXPECT_TRUE(back.is_mapping());
  EXPECT_EQ(back, object);
}

TEST(PackedValue, names_the_place_of_what_can_not_travel) {
  const Value opaque = wrap(Opaque());
  const Value value = {{"rows", list({1, Value{{"handle", opaque}}})}};
  EXPECT_THAT([&] { PackedValue packed(value); },
              ThrowsMessage<IncompatibleTypeError>(testing::AllOf(
                  HasSubstr("Opaque"), HasSubstr("'rows[1].handle'"), HasSubstr("no fields"))));
}

Value nested(std::size_t depth) {
  Value value = 1;
  for (std::size_t i = 0; i < depth; ++i) value = Value::list({value});
  return value;
}

TEST(PackedValue, depth_is_bounded_on_both_sides) {
  EXPECT_NO_THROW((void)unpack(PackedValue(nested(1000)).bytes()));
  EXPECT_THAT([] { PackedValue packed(nested(1001)); },
              ThrowsMessage<IncompatibleTypeError>(HasSubstr("deeper than 1000 levels")));
  Bytes bytes = PackedValue(Value()).bytes();
  bytes.resize(12);
  bytes.resize(2'000'012, std::byte{6});  // A list of six lists of six lists...
  const std::uint64_t length = bytes.size() - 12;
  std::memcpy(bytes.data() + 4, &length, sizeof length);
  EXPECT_THROW((void)unpack(bytes), DataError);
}

Bytes with_structure(std::initializer_list<unsigned> structure) {
  Bytes bytes = PackedValue(Value()).bytes();
  bytes.resize(12);
  for (const unsigned byte : structure) bytes.push_back(static_cast<std::byte>(byte));
  const std::uint64_t length = structure.size();
  std::memcpy(bytes.data() + 4, &length, sizeof length);
  return bytes;
}

void expect_refused(const Bytes& bytes, const std::string& reason) {
  EXPECT_THAT([&] { (void)unpack(bytes); },
              ThrowsMessage<DataError>(testing::AllOf(HasSubstr("no packed value"), HasSubstr(reason))));
}

TEST(PackedValue, malformed_bytes_say_what_is_wrong) {
  expect_refused({}, "end too early");
  expect_refused(Bytes(40), "start differently");
  Bytes other_version = PackedValue(1).bytes();
  other_version[3] = std::byte{9};
  expect_refused(other_version, "version 9");
  Bytes longer = PackedValue(1).bytes();
  longer.push_back({});
  expect_refused(longer, "more of them");
  expect_refused(with_structure({0, 0}), "more of them");
  expect_refused(with_structure({99}), "not known");
  // A list, and an array, that announce more than there is.
  expect_refused(with_structure({6, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}), "end too early");
  expect_refused(with_structure({8, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}), "end too early");
  expect_refused(with_structure({8, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2}),
                 "too large");
  expect_refused(with_structure({8, 9, 0}), "type of elements");
  expect_refused(with_structure({3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2}), "too large");
  expect_refused(with_structure({7, 2, 1, 'k', 0, 1, 'k', 0}), "stands twice");
}

}  // namespace
}  // namespace ember
