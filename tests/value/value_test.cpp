#include <ember/value.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <ember/array.hpp>
#include <ember/error.hpp>

namespace ember {
namespace {

TEST(Value, BracesAlwaysMakeAMapping) {
  const Value one = {{"a", "b"}};
  ASSERT_TRUE(one.is_mapping());
  EXPECT_EQ(one.size(), 1U);
  EXPECT_EQ(one["a"].string(), "b");

  const Value direct({{"a", "b"}});
  EXPECT_EQ(direct, one);
  const Value two({{"a", "b"}, {"c", "d"}});
  EXPECT_EQ(two.size(), 2U);

  const Value nested = {{"options", {{"format", "plain"}}}, {"pair", {{"x", 1}, {"y", 2.5}}}};
  EXPECT_EQ(nested["options"]["format"].string(), "plain");
  EXPECT_EQ(nested["pair"]["y"].number(), 2.5);

  const Value empty = {};
  EXPECT_TRUE(empty.is_null());
  const auto take = [](const Value& value) { return value; };
  EXPECT_TRUE(take({{"a", "b"}}).is_mapping());
  EXPECT_TRUE(take({{"a", 1}, {"b", list({1, 2})}}).is_mapping());
}

TEST(Value, ListsAreWrittenByName) {
  const Value mixed = list({1, "two", 3.0, nullptr, true, {{"k", 3}}});
  ASSERT_TRUE(mixed.is_list());
  ASSERT_EQ(mixed.size(), 6U);
  EXPECT_EQ(mixed[0].integer(), 1);
  EXPECT_EQ(mixed[1].string(), "two");
  EXPECT_TRUE(mixed[3].is_null());
  EXPECT_TRUE(mixed[4].boolean());
  EXPECT_EQ(mixed[5]["k"].integer(), 3);
  EXPECT_EQ(list({"a", "b"}).size(), 2U);
  EXPECT_EQ(list({list({1}), list({2})})[1][0].integer(), 2);
}

TEST(Value, HoldsEveryScalarKind) {
  EXPECT_EQ(Value().kind(), Kind::null);
  EXPECT_EQ(Value(true).kind(), Kind::boolean);
  EXPECT_EQ(Value(std::uint8_t{7}).integer(), 7);
  EXPECT_EQ(Value(std::int64_t{INT64_MIN}).integer(), INT64_MIN);
  EXPECT_EQ(Value(1.5F).number(), 1.5);
  EXPECT_EQ(Value(3).number(), 3.0);
  EXPECT_EQ(Value(std::string_view("a\0b", 3)).string().size(), 3U);
  EXPECT_EQ(Value(std::uint64_t{INT64_MAX}).integer(), INT64_MAX);
  EXPECT_THROW(Value(std::uint64_t{1} << 63), InvalidArgumentError);
}

TEST(Value, WrongKindNamesExpectedAndFound) {
  try {
    (void)Value(3).string();
    FAIL() << "an integer was read as a string";
  } catch (const IncompatibleTypeError& error) {
    EXPECT_STREQ(error.what(), "expected string, found int");
  }
  EXPECT_THROW((void)Value("x").integer(), IncompatibleTypeError);
  EXPECT_THROW((void)Value(1.0).integer(), IncompatibleTypeError);
  EXPECT_THROW((void)Value(1).boolean(), IncompatibleTypeError);
  EXPECT_THROW((void)Value("x").number(), IncompatibleTypeError);
  EXPECT_THROW((void)Value().items(), IncompatibleTypeError);
  EXPECT_THROW((void)list({1}).fields(), IncompatibleTypeError);
  EXPECT_THROW((void)Value(1)["key"], IncompatibleTypeError);
  EXPECT_THROW((void)Value("text")[0], IncompatibleTypeError);
  EXPECT_THROW((void)Value(1).size(), IncompatibleTypeError);
}

TEST(Value, MissingFieldNamesItAndTheKnownOnes) {
  const Value value = {{"query", "tea"}, {"k", 3}};
  try {
    (void)value["top"];
    FAIL() << "a field was found that is not there";
  } catch (const ItemNotFoundError& error) {
    EXPECT_STREQ(error.what(), "no field 'top'; the fields are 'query', 'k'");
  }
  EXPECT_EQ(value.get("top", 10).integer(), 10);
  EXPECT_EQ(value.get("k", 10).integer(), 3);
  EXPECT_TRUE(Value(1).get("top").is_null());
  EXPECT_THROW((void)list({1, 2})[2], ItemNotFoundError);
  EXPECT_THROW((void)list({1, 2})[-1], ItemNotFoundError);
}

TEST(Value, KeyTwiceIsRefused) {
  EXPECT_THROW((Value{{"a", 1}, {"a", 2}}), InvalidArgumentError);
  std::vector<std::pair<std::string, Value>> fields;
  for (int i = 0; i < 40; ++i) fields.emplace_back(std::to_string(i), i);
  fields.emplace_back("17", 0);
  EXPECT_THROW(Value::mapping(std::move(fields)), InvalidArgumentError);
}

TEST(Value, LargeMappingsFindEveryField) {
  std::vector<std::pair<std::string, Value>> fields;
  for (int i = 0; i < 1000; ++i) fields.emplace_back("field " + std::to_string(i), i);
  const Value value = Value::mapping(std::move(fields));
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(value["field " + std::to_string(i)].integer(), i);
  EXPECT_FALSE(value.has("field 1000"));
  EXPECT_EQ(value.keys()[999], "field 999");
}

TEST(Value, ChangesLeaveTheOriginalAlone) {
  const Value value = {{"a", 1}, {"b", 2}};
  const Value changed = value.with("a", 3).with("c", 4).without("b");
  EXPECT_EQ(value, Value({{"a", 1}, {"b", 2}}));
  EXPECT_EQ(changed.keys(), (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(changed["a"].integer(), 3);
  EXPECT_THROW((void)list({1}).with("a", 1), IncompatibleTypeError);
}

TEST(Value, MergeNamesTheFieldThatBothHave) {
  try {
    merge({{"text", "a"}, {"k", 1}}, {{"k", 2}});
    FAIL() << "merged two fields of one name";
  } catch (const InvalidArgumentError& error) {
    EXPECT_STREQ(error.what(), "field 'k' is given twice");
  }
  EXPECT_THROW(merge({{"k", 1}}, list({1})), InvalidArgumentError);
}

TEST(Value, EqualityIsStructural) {
  EXPECT_EQ(Value(3), Value(3.0));
  EXPECT_NE(Value(3), Value("3"));
  EXPECT_NE(Value(1), Value(true));
  EXPECT_NE(Value(INT64_MAX), Value(9223372036854775808.0));
  EXPECT_NE(Value(9007199254740993), Value(9007199254740992.0));
  EXPECT_NE(Value(std::numeric_limits<double>::quiet_NaN()), Value(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_NE(Value(std::numeric_limits<double>::infinity()), Value(INT64_MAX));
  EXPECT_EQ(Value({{"a", 1}, {"b", 2}}), Value({{"b", 2.0}, {"a", 1}}));
  EXPECT_NE(Value({{"a", 1}}), Value({{"a", 1}, {"b", 2}}));
  EXPECT_NE(Value({{"a", nullptr}}), Value({{"b", nullptr}}));
  EXPECT_NE(list({}), Value::mapping({}));
  EXPECT_FALSE(list({1}).is_same(list({1})));
  const Value value = list({1});
  EXPECT_TRUE(value.is_same(Value(value)));
}

Value nested(int depth) {
  Value value = 1;
  for (int i = 0; i < depth; ++i) value = i % 2 == 0 ? list({value}) : Value({{"inner", value}});
  return value;
}

TEST(Value, DeepNestingNeedsNoStack) {
  const Value deep = nested(200'000);
  EXPECT_EQ(deep, nested(200'000));
  EXPECT_GT(memory_bytes(deep), 200'000U);
}

TEST(Value, CopiesAreSharedBetweenThreads) {
  const Value shared = {{"text", "tea"}, {"ids", list({1, 2, 3})}};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([copy = shared] {
      for (int i = 0; i < 10'000; ++i) {
        const Value inner = copy["ids"];
        ASSERT_EQ(Value(inner)[1].integer(), 2);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(shared["text"].string(), "tea");
}

TEST(Value, MemoryGrowsWithTheContent) {
  EXPECT_EQ(memory_bytes(1), sizeof(Value));
  EXPECT_GE(memory_bytes(std::string(1000, 'x')), 1000U);
  EXPECT_GE(memory_bytes(array<double>({1000}, std::vector<double>(1000))), 8000U);
  EXPECT_GT(memory_bytes({{"a", std::string(1000, 'x')}}), memory_bytes(std::string(1000, 'x')));
}

}  // namespace
}  // namespace ember
