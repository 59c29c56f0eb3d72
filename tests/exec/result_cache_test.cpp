// `enable_caching`: what is remembered, for whom, how long, and what happens when equal calls meet.
#include <ember/result_cache.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/fields.hpp>
#include <ember/json.hpp>

#include "support/gate.hpp"

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;

class CacheTest : public ::testing::Test {
 protected:
  void TearDown() override {
    reset_execution_options();
    set_cache_limit(std::size_t{256} << 20U);
  }
};

/// A leaf whose nature can be chosen. Copies of the handle share the counts.
struct Nature {
  bool is_pure = false;
  bool is_stochastic = false;
  /// Calls that fail, from the first.
  int failures = 0;
  Duration time = {};
  /// Size of the text it answers with.
  std::size_t size = 0;
  std::atomic<int> calls = 0;
  std::atomic<int> version = 0;
  testing::Peak peak = {};

  Value answer(const Value& in) {
    if (++calls <= failures) throw std::runtime_error("call " + std::to_string(calls.load()) + " fails");
    return {{"in", in}, {"text", std::string(size, 'x')}};
  }
};

class Leaf : public Operator<> {
 public:
  explicit Leaf(Nature& nature) : nature_(&nature) {}
  std::string name() const override { return "leaf"; }
  bool is_pure() const override { return nature_->is_pure; }
  bool is_stochastic() const override { return nature_->is_stochastic; }
  std::string state_signature() const override { return std::to_string(nature_->version); }
  Value forward(const Value& in) const override {
    const testing::Peak::Visit visit(nature_->peak);
    if (nature_->time > Duration::zero()) (void)Context::current().sleep_for(nature_->time);
    return nature_->answer(in);
  }

 protected:
  Nature* nature_;
};

class LateLeaf final : public Leaf {
 public:
  using Leaf::Leaf;
  void forward_async(Value inputs, Context context, Completion done) const override {
    auto visit = std::make_shared<std::optional<testing::Peak::Visit>>();
    visit->emplace(nature_->peak);
    auto shared = std::make_shared<Completion>(std::move(done));
    context.clock()->call_at(context.clock()->now() + nature_->time, [this, visit, shared, inputs] {
      visit->reset();
      try {
        (*shared)(nature_->answer(inputs));
      } catch (...) {
        shared->fail(std::current_exception());
      }
    });
  }
};

const ExecutionOptions caching{.enable_caching = true};
const Value input = {{"q", "tea"}};

struct Plain {
  std::int64_t number = 0;
};
EMBER_FIELDS(Plain, number)

XCSGraph same_call(const Op<>& leaf, int times) {
  XCSGraph graph;
  for (int i = 0; i < times; ++i) graph.add_node(leaf, "n" + std::to_string(i));
  return graph;
}

using CacheConformance = CacheTest;

TEST_F(CacheConformance, caching_002) {
  Nature nature;
  const Op<> leaf = Leaf(nature);
  const auto scope = execution_options(caching);
  EXPECT_EQ(leaf(input), leaf({{"q", "tea"}}));
  EXPECT_EQ(nature.calls, 1);
  leaf({{"q", "coffee"}});
  EXPECT_EQ(nature.calls, 2);
  EXPECT_EQ(cache_stats().hits, 1U);
  EXPECT_EQ(cache_stats().misses, 2U);
}

TEST_F(CacheConformance, caching_004) {
  Nature nature{.is_pure = true};
  const auto scope = execution_options(caching);
  XCSGraph graph;
  for (const char* name : {"a", "b", "c"}) graph.add_node(Leaf(nature), name);
  execute(graph, input);
  EXPECT_EQ(nature.calls, 3);
}

TEST_F(CacheConformance, caching_005) {
  Nature nature;
  const Op<> leaf = Leaf(nature);
  const auto outer = execution_options(caching);
  leaf(input);
  {
    const auto inner = execution_options({.enable_caching = false});
    leaf(input);  // Not read ...
    leaf({{"q", "coffee"}});
    EXPECT_EQ(cache_stats().hits, 0U);
  }
  EXPECT_EQ(nature.calls, 3);
  leaf({{"q", "coffee"}});  // ... and not written.
  EXPECT_EQ(nature.calls, 4);
  leaf(input);
  EXPECT_EQ(nature.calls, 4);
}

TEST_F(CacheConformance, caching_006) {
  Nature nature{.failures = 1};
  const Op<> leaf = Leaf(nature);
  const auto scope = execution_options(caching);
  EXPECT_THROW(leaf(input), OperatorExecutionError);
  EXPECT_NO_THROW(leaf(input));
  EXPECT_NO_THROW(leaf(input));
  EXPECT_EQ(nature.calls, 2);
}

TEST_F(CacheConformance, caching_007) {
  Nature nature;
  const Op<> leaf = Leaf(nature);
  for (int repeat = 1; repeat <= 2; ++repeat) {
    const auto scope = execution_options(caching);
    leaf(input);
    leaf(input);
    EXPECT_EQ(nature.calls, repeat);
  }
}

TEST_F(CacheTest, IsOffUnlessAskedFor) {
  Nature nature{.is_pure = true};
  const Op<> leaf = Leaf(nature);
  leaf(input);
  leaf(input);
  execute(same_call(leaf, 3), input);
  EXPECT_EQ(nature.calls, 5);
  EXPECT_EQ(cache_stats().misses, 0U);
}

TEST_F(CacheTest, GoesByTheVersionOfTheState) {
  Nature nature;
  const Op<> leaf = Leaf(nature);
  const auto scope = execution_options(caching);
  leaf(input);
  nature.version = 1;
  leaf(input);
  EXPECT_EQ(nature.calls, 2);
  nature.version = 0;
  leaf(input);
  EXPECT_EQ(nature.calls, 2);
}

TEST_F(CacheTest, GoesByTheContentOfTheInput) {
  Nature nature;
  const Op<> leaf = Leaf(nature);
  const auto scope = execution_options(caching);
  leaf({{"a", 1}, {"b", 2}});
  leaf({{"a", 1}, {"b", 2}});
  EXPECT_EQ(nature.calls, 1);
  for (const Value& other : {Value(), Value(1), Value("1"), Value(true), list({1}), list({}),
                             Value::mapping({}), Value({{"a", 1}})}) {
    leaf(other);
  }
  EXPECT_EQ(nature.calls, 9);
}

/// The input as text: kinds, order of fields and the sign of zero can be read from it.
Value as_text(const Value& in) {
  return in.is_native() ? "native" + to_json(in.as_dict()) : to_json(in);
}

TEST_F(CacheTest, EqualInputsThatAnOperatorCanTellApartHaveResultsOfTheirOwn) {
  const std::vector<std::pair<Value, Value>> equal = {
      {1, 1.0},
      {0.0, -0.0},
      {list({1}), list({1.0})},
      {{{"a", 1}, {"b", 2}}, {{"b", 2}, {"a", 1}}},
      {wrap(Plain{7}), {{"number", 7}}},
  };
  const Op<> leaf = op("text", as_text);
  const auto scope = execution_options(caching);
  for (const auto& [first, second] : equal) {
    ASSERT_EQ(first, second);
    for (const Value& each : {first, second, second, first}) EXPECT_EQ(leaf(each), as_text(each));
  }
  EXPECT_EQ(cache_stats().hits, equal.size());
}

TEST_F(CacheTest, NeverRemembersStochasticOperators) {
  Nature nature{.is_pure = true, .is_stochastic = true};
  const Op<> leaf = Leaf(nature);
  const auto scope = execution_options(caching);
  leaf(input);
  leaf(input);
  execute(same_call(leaf, 3), input);
  EXPECT_EQ(nature.calls, 5);
}

TEST_F(CacheTest, OpaqueInputsAlwaysRun) {
  struct Opaque {
    int number = 0;
  };
  std::atomic<int> calls = 0;
  const Op<> leaf = op("leaf", [&calls](const Value&) -> Value { return ++calls; });
  const auto scope = execution_options(caching);
  const Value opaque = {{"object", wrap(Opaque())}};
  leaf(opaque);
  leaf(opaque);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(cache_stats().bypassed, 2U);
  EXPECT_EQ(cache_stats().entries, 0U);
}

TEST_F(CacheTest, ACompositeRunsAndItsPartsAreRemembered) {
  Nature nature;
  std::atomic<int> forwards = 0;
  const Op<> leaf = Leaf(nature);
  const Op<> composite = op("glue", [leaf, &forwards](Var<> in) -> Var<> {
    ++forwards;
    return leaf(in);
  });
  const auto scope = execution_options(caching);
  EXPECT_EQ(composite(input), composite(input));
  EXPECT_EQ(forwards, 2);
  EXPECT_EQ(nature.calls, 1);
}

TEST_F(CacheTest, KeepsToItsBytesLeastRecentlyUsedFirst) {
  Nature nature{.size = 10'000};
  const Op<> leaf = Leaf(nature);
  const auto scope = execution_options(caching);
  const auto ask = [&](int number) { leaf({{"n", number}}); };
  set_cache_limit(35'000);
  for (const int number : {1, 2, 3}) ask(number);
  EXPECT_EQ(cache_stats().entries, 3U);
  EXPECT_EQ(cache_stats().evictions, 0U);
  ask(1);  // Now 2 is the least recently used.
  ask(4);
  EXPECT_EQ(nature.calls, 4);
  EXPECT_EQ(cache_stats().evictions, 1U);
  EXPECT_LE(cache_stats().bytes, 35'000U);
  for (const int number : {1, 3, 4}) ask(number);
  EXPECT_EQ(nature.calls, 4);
  ask(2);
  EXPECT_EQ(nature.calls, 5);
}

TEST_F(CacheTest, ALowerLimitHoldsFromNowOn) {
  Nature nature{.size = 10'000};
  const Op<> leaf = Leaf(nature);
  const auto scope = execution_options(caching);
  for (const int number : {1, 2, 3}) leaf({{"n", number}});
  set_cache_limit(15'000);
  EXPECT_EQ(cache_stats().entries, 1U);
  EXPECT_LE(cache_stats().bytes, 15'000U);
  set_cache_limit(0);
  leaf({{"n", 3}});
  EXPECT_EQ(nature.calls, 4);
  EXPECT_EQ(cache_stats().bytes, 0U);
}

TEST_F(CacheTest, WhatDoesNotFitDrivesNobodyOut) {
  Nature small{.size = 100};
  Nature large{.size = 100'000};
  const Op<> small_leaf = Leaf(small);
  const Op<> large_leaf = Leaf(large);
  const auto scope = execution_options(caching);
  set_cache_limit(50'000);
  small_leaf(input);
  large_leaf(input);
  large_leaf(input);
  small_leaf(input);
  EXPECT_EQ(small.calls, 1);
  EXPECT_EQ(large.calls, 2);
}

TEST_F(CacheTest, ClearForgetsResultsAndKeepsCounts) {
  Nature nature;
  const Op<> leaf = Leaf(nature);
  const auto scope = execution_options(caching);
  leaf(input);
  clear_cache();
  EXPECT_EQ(cache_stats().entries, 0U);
  EXPECT_EQ(cache_stats().bytes, 0U);
  EXPECT_EQ(cache_stats().misses, 1U);
  leaf(input);
  EXPECT_EQ(nature.calls, 2);
}

TEST_F(CacheTest, BelongsToTheOutermostScopeThatEnabledIt) {
  Nature nature;
  const Op<> leaf = Leaf(nature);
  const auto outer = execution_options(caching);
  leaf(input);
  {
    const auto off = execution_options({.enable_caching = false});
    const auto on_again = execution_options(caching);
    leaf(input);
    EXPECT_EQ(execute(same_call(leaf, 1), input, caching).size(), 1U);
  }
  EXPECT_EQ(nature.calls, 1);
}

TEST_F(CacheTest, OfTheProcessIsSharedByThreadsAndEndsWithTheReset) {
  Nature nature;
  const Op<> leaf = Leaf(nature);
  set_execution_options(caching);
  leaf(input);
  std::thread([&] { leaf(input); }).join();
  execute(same_call(leaf, 3), input);
  {
    const auto scope = execution_options(caching);  // The process has enabled it before.
    leaf(input);
  }
  EXPECT_EQ(nature.calls, 1);
  reset_execution_options();
  leaf(input);
  EXPECT_EQ(nature.calls, 2);
  set_execution_options(caching);
  leaf(input);
  EXPECT_EQ(nature.calls, 3);
}

TEST_F(CacheTest, OfAScopeIsUnknownToOtherThreads) {
  Nature nature;
  const Op<> leaf = Leaf(nature);
  const auto scope = execution_options(caching);
  leaf(input);
  std::thread([&] {
    leaf(input);
    EXPECT_EQ(cache_stats().entries, 0U);
  }).join();
  EXPECT_EQ(nature.calls, 2);
}

TEST_F(CacheTest, ANewOperatorAtAnOldAddressIsAnother) {
  const auto scope = execution_options(caching);
  alignas(Leaf) std::array<std::byte, sizeof(Leaf)> place{};
  for (int repeat = 1; repeat <= 3; ++repeat) {
    Nature nature;
    auto* leaf = new (place.data()) Leaf(nature);
    {
      const Op<> handle(std::shared_ptr<Leaf>(leaf, [](Leaf* gone) { gone->~Leaf(); }));
      handle(input);
      handle(input);
    }
    EXPECT_EQ(nature.calls, 1) << repeat;
  }
}

TEST_F(CacheTest, ResultsMayEndWithUserCodeThatLooksAtTheCache) {
  struct Nosy {
    ~Nosy() { (void)cache_stats(); }
  };
  const Op<> leaf = op("leaf", [](const Value&) { return wrap(Nosy()); });
  const auto scope = execution_options(caching);
  leaf({{"n", 1}});
  clear_cache();
  leaf({{"n", 2}});
  set_cache_limit(0);
  EXPECT_EQ(cache_stats().entries, 0U);
}

}  // namespace
}  // namespace ember::xcs
