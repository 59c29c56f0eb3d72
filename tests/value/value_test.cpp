#include <ember/value.hpp>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace ember
