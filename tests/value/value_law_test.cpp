// Laws of values, on random ones.
#include <gtest/gtest.h>

#include <unordered_map>
#include <unordered_set>

#include <ember/array.hpp>
#include <ember/error.hpp>
#include <ember/fingerprint.hpp>
#include <ember/json.hpp>

#include "value/random_value.hpp"

namespace ember {
namespace {

class ValueLaws : public testing::TestWithParam<std::uint64_t> {
 protected:
  ValueLaws() : random_(GetParam()), trace_(__FILE__, __LINE__, "seed " + std::to_string(GetParam())) {}

  Value shuffled(const Value& value) {
    if (value.is_list()) {
      std::vector<Value> items;
      for (const Value& item : value.items()) items.push_back(shuffled(item));
      return Value::list(std::move(items));
    }
    if (!value.is_mapping()) return value;
    auto fields = value.fields();
    for (auto& field : fields) field.second = shuffled(field.second);
    random_.shuffle(fields);
    return Value::mapping(std::move(fields));
  }

  test::RandomValue random_;
  testing::ScopedTrace trace_;
};

TEST_P(ValueLaws, JsonReadsBackWhatItWrote) {
  for (int i = 0; i < 200; ++i) {
    const Value value = random_.next();
    const std::string text = to_json(value);
    const Value back = parse_json(text);
    ASSERT_EQ(back, value) << text;
    ASSERT_EQ(to_json(back), text);
    ASSERT_EQ(parse_json(to_json(value, {.indent = 2})), value);
  }
}

TEST_P(ValueLaws, OrderOfFieldsDoesNotCount) {
  for (int i = 0; i < 100; ++i) {
    const Value value = random_.next();
    const Value other = shuffled(value);
    ASSERT_EQ(value, other) << to_json(value);
    ASSERT_EQ(fingerprint(value), fingerprint(other)) << to_json(value);
  }
}

TEST_P(ValueLaws, FingerprintsAgreeWithEquality) {
  std::vector<Value> values;
  for (int i = 0; i < 200; ++i) values.push_back(random_.next(2));
  for (const Value& left : values) {
    for (const Value& right : values) ASSERT_EQ(left == right, fingerprint(left) == fingerprint(right));
  }
}

TEST_P(ValueLaws, WithSetsAndWithoutRemoves) {
  for (int i = 0; i < 100; ++i) {
    const Value mapping = random_.mapping();
    const Value content = random_.next(1);
    const Value changed = mapping.with("a key", content);
    ASSERT_EQ(changed["a key"], content);
    ASSERT_EQ(changed.size(), mapping.size() + 1);
    ASSERT_EQ(changed.without("a key"), mapping);
    ASSERT_EQ(changed.with("a key", 1).keys(), changed.keys());
    for (const std::string& key : mapping.keys()) ASSERT_TRUE(changed[key].is_same(mapping[key]));
    ASSERT_TRUE(mapping.without("no such key").is_same(mapping));
  }
}

TEST_P(ValueLaws, MergeKeepsBothSidesInOrder) {
  for (int i = 0; i < 100; ++i) {
    const Value left = random_.mapping();
    const Value right = {{"other 1", random_.next(1)}, {"other 2", random_.next(1)}};
    const Value merged = merge(left, right);
    auto expected = left.fields();
    expected.insert(expected.end(), right.fields().begin(), right.fields().end());
    ASSERT_EQ(merged.fields(), expected);
    ASSERT_EQ(merge(left, Value::mapping({})), left);
    ASSERT_THROW(merge(merged, right), InvalidArgumentError);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ValueLaws, testing::Range<std::uint64_t>(1, 9));

TEST(Fingerprint, DistinctContentsDoNotCollide) {
  std::unordered_set<Fingerprint> seen;
  std::unordered_set<std::uint64_t> low;
  std::size_t count = 0;
  const auto add = [&](const Value& value) {
    ++count;
    const Fingerprint found = fingerprint(value).value();
    seen.insert(found);
    low.insert(found.low);
  };
  for (int i = 0; i < 20'000; ++i) {
    add(i);
    add(std::to_string(i));
    add(i + 0.5);
    add(list({i}));
    add({{"k", i}});
    add(list({i / 200, i % 200, nullptr}));
  }
  EXPECT_EQ(seen.size(), count);
  EXPECT_EQ(low.size(), count);
}

TEST(Fingerprint, TellsShapesApart) {
  const std::vector<Value> values = {nullptr,
                                     false,
                                     true,
                                     0,
                                     1,
                                     "",
                                     "0",
                                     "null",
                                     list({}),
                                     Value::mapping({}),
                                     list({nullptr}),
                                     list({list({})}),
                                     {{"", nullptr}},
                                     {{"a", 1}, {"b", 2}},
                                     {{"a", 2}, {"b", 1}},
                                     list({"ab", "c"}),
                                     list({"a", "bc"}),
                                     std::string("a\0", 2),
                                     "a",
                                     list({1, 2}),
                                     list({2, 1}),
                                     array<double>({2}, {1, 2}),
                                     array<float>({2}, {1, 2}),
                                     array<double>({2, 1}, {1, 2}),
                                     "0123456789abcdef",
                                     std::string("0123456789abcdef\0", 17)};
  std::unordered_map<Fingerprint, std::size_t> seen;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto [place, is_new] = seen.emplace(fingerprint(values[i]).value(), i);
    EXPECT_TRUE(is_new) << i << " collides with " << place->second;
  }
}

TEST(Fingerprint, IsTheSameEverywhere) {
  // Cache files outlive processes: these must never change.
  EXPECT_EQ(fingerprint({{"query", "tea"}, {"k", 3}})->to_string(),
            fingerprint({{"k", 3.0}, {"query", "tea"}})->to_string());
  EXPECT_EQ(fingerprint({{"query", "tea"}, {"k", 3}})->to_string(), "994aa2d3ea581de34eb4180ba330076e");
}

TEST(Fingerprint, HashesEqualNumbersAlike) {
  EXPECT_EQ(fingerprint(3), fingerprint(3.0));
  EXPECT_EQ(fingerprint(0.0), fingerprint(-0.0));
  EXPECT_NE(fingerprint(9007199254740993), fingerprint(9007199254740992.0));
  EXPECT_NE(fingerprint(true), fingerprint(1));
}

}  // namespace
}  // namespace ember
