// What a trace of jit compares before it goes as it went before: structure, kinds, fields and whole objects.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ember/jit.hpp>

#include "jit_parts.hpp"

namespace ember {
namespace {

using test::appending;
using test::make_tally;
using test::same;
using test::TimedLeaf;
using test::traced;
using ::testing::HasSubstr;

struct Verdict {
  std::string kind;
  int score = 0;
};
EMBER_FIELDS(Verdict, kind, score)

TEST(TraceGuard, LooksAtTheInputChooseTheTraceBeforeTheRun) {
  const auto forwards = std::make_shared<std::atomic<int>>(0);
  const Op<> left = appending("l");
  const Op<> right = appending("r");
  const auto fast = traced(op("chooses", [=](Var<> in) {
    ++*forwards;
    const bool is_left = in["side"].get().string() == "left";
    return is_left ? left(in) : right(left(in));
  }));
  for (int number = 0; number < 6; ++number) {
    const bool is_left = number % 2 == 0;
    const Value in = {{"text", std::to_string(number)}, {"side", is_left ? "left" : "right"}};
    EXPECT_EQ(fast(in)["text"].string(), std::to_string(number) + (is_left ? "l" : "lr"));
  }
  EXPECT_EQ(*forwards, 2);
  EXPECT_THAT(xcs::explain(fast), HasSubstr("the data of '$input.side' was \"left\""));
}

TEST(TraceGuard, StructureOfInputsAndOutputsIsGuarded) {
  const auto forwards = std::make_shared<std::atomic<int>>(0);
  const auto tally = make_tally();
  const Op<> each = TimedLeaf("each", 0, same, tally);
  const Op<> split = TimedLeaf("split", 0, [](const Value& in) -> Value {
    std::vector<Value> items;
    for (std::int64_t item = 0; item < in["parts"].integer(); ++item) items.emplace_back(item);
    return {{"items", Value::list(std::move(items))}};
  });
  const auto fast = traced(op("lists", [=](Var<> in) {
    ++*forwards;
    std::vector<Var<>> answers;
    for (std::size_t i = 0; i < in["docs"].size(); ++i) answers.push_back(each(in["docs"][i]));
    const Var<> parts = split(in)["items"];
    for (std::size_t i = 0; i < parts.size(); ++i) answers.push_back(each(parts[i]));
    if (in.has("more")) answers.push_back(each(in["more"]));
    return list_of(answers);
  }));
  const auto input = [](int docs, int parts, bool has_more) {
    std::vector<Value> items(static_cast<std::size_t>(docs), Value("doc"));
    const Value in = {{"docs", Value::list(std::move(items))}, {"parts", parts}};
    return has_more ? in.with("more", "more") : in;
  };
  int calls = 0;
  for (const auto& [docs, parts] : {std::pair(1, 2), std::pair(3, 2), std::pair(1, 0), std::pair(1, 2)}) {
    for (const bool has_more : {false, true}) {
      const auto expected = static_cast<std::size_t>(docs + parts + (has_more ? 1 : 0));
      EXPECT_EQ(fast(input(docs, parts, has_more)).size(), expected);
      calls += static_cast<int>(expected);
    }
  }
  EXPECT_EQ(tally->calls, calls);
  EXPECT_EQ(*forwards, 6);  // The last two are as the first two.
}

TEST(TraceGuard, EqualKindsAreNotEnough) {
  const auto forwards = std::make_shared<std::atomic<int>>(0);
  const Op<> give = TimedLeaf("give", 0, [](const Value& in) -> Value { return in["v"]; });
  const auto fast = traced(op("kinds", [=](Var<> in) {
    ++*forwards;
    const Value seen = give(in).get();
    return Var<>(Value(std::string(to_string(seen.kind())) + (seen.has_fields() ? seen.keys()[0] : "")));
  }));
  EXPECT_EQ(fast({{"v", 1}}).string(), "int");
  EXPECT_EQ(fast({{"v", 1.0}}).string(), "float");
  EXPECT_EQ(fast({{"v", Value({{"a", 1}, {"b", 2}})}}).string(), "mappinga");
  EXPECT_EQ(fast({{"v", Value({{"b", 2}, {"a", 1}})}}).string(), "mappingb");
  EXPECT_EQ(*forwards, 4);
}

TEST(TraceGuard, TypedFieldsAndWholeObjects) {
  const auto forwards = std::make_shared<std::atomic<int>>(0);
  const Op<Verdict(Value)> judge = op("judge", [](const Value& in) {
    return Verdict{in["kind"].string(), static_cast<int>(in["n"].integer())};
  });
  const Op<> good = appending("+");
  const auto fast = traced(op("typed", [=](Var<> in) {
    ++*forwards;
    const Var<Verdict> verdict = judge(in);
    if (verdict[&Verdict::kind].get() == "bad") return in;
    return verdict.get().score > 0 ? good(in) : in;
  }));
  const auto input = [](const char* kind, int number) {
    return Value({{"text", "t"}, {"kind", kind}, {"n", number}});
  };
  EXPECT_EQ(fast(input("good", 1))["text"].string(), "t+");
  EXPECT_EQ(fast(input("good", 1))["text"].string(), "t+");
  EXPECT_EQ(fast(input("good", 0))["text"].string(), "t");
  EXPECT_EQ(fast(input("bad", 1))["text"].string(), "t");
  EXPECT_EQ(fast(input("bad", 2))["text"].string(), "t");
  EXPECT_EQ(*forwards, 3);
}

struct Handle {
  int number = 0;
};

TEST(TraceGuard, ObjectsWithoutFieldsCanNotBeGuarded) {
  const auto forwards = std::make_shared<std::atomic<int>>(0);
  const Op<Handle(Value)> open =
      op("open", [](const Value& in) { return Handle{static_cast<int>(in["n"].integer())}; });
  const auto fast = traced(op("opens", [=](Var<> in) {
    ++*forwards;
    return Var<>(Value(open(in).get().number));
  }));
  for (int number = 0; number < 12; ++number) EXPECT_EQ(fast({{"n", number}}).integer(), number);
  EXPECT_EQ(*forwards, 12);
  EXPECT_THAT(xcs::explain(fast), HasSubstr("the data of 'open' holds an object without fields"));
}

}  // namespace
}  // namespace ember
