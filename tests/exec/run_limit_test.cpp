// `max_workers`: the bound holds for the whole call tree, through every nesting, and nothing can deadlock.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include <ember/execute.hpp>
#include <ember/runtime.hpp>

#include "support/gate.hpp"

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;
using testing::Peak;

/// A leaf that computes for a while, counted.
Op<> busy(Peak& peak) {
  return op("busy", [&peak](const Value& in) -> Value {
    const Peak::Visit visit(peak);
    (void)Context::current().sleep_for(1ms);
    return in;
  });
}

class BusyAsync final : public Operator<> {
 public:
  explicit BusyAsync(Peak& peak) : peak_(&peak) {}
  void forward_async(Value inputs, Context context, Completion done) const override {
    auto visit = std::make_shared<std::optional<Peak::Visit>>();
    visit->emplace(*peak_);
    auto shared = std::make_shared<Completion>(std::move(done));
    context.clock()->call_at(context.clock()->now() + 1ms, [visit, shared, inputs] {
      visit->reset();
      (*shared)(inputs);
    });
  }

 private:
  Peak* peak_;
};

XCSGraph wide_graph(const Op<>& leaf, int width) {
  XCSGraph graph;
  for (int i = 0; i < width; ++i) graph.add_node(leaf, "n" + std::to_string(i));
  return graph;
}

class LimitTest : public ::testing::TestWithParam<int> {};

TEST_P(LimitTest, BoundsBlockingAndAsynchronousLeaves) {
  const int workers = GetParam();
  Peak blocking;
  Peak waiting;
  for (const char* scheduler : {"parallel", "wave", "auto"}) {
    const ExecutionOptions options{.max_workers = workers, .scheduler = scheduler};
    EXPECT_EQ(execute(wide_graph(busy(blocking), 24), options).size(), 24U);
    EXPECT_EQ(execute(wide_graph(BusyAsync(waiting), 24), options).size(), 24U);
  }
  EXPECT_LE(blocking.most(), static_cast<std::size_t>(workers));
  EXPECT_LE(waiting.most(), static_cast<std::size_t>(workers));
  EXPECT_EQ(blocking.visits(), 72U);
  EXPECT_EQ(waiting.visits(), 72U);
}

TEST_P(LimitTest, HoldsThroughNestedRuns) {
  const int workers = GetParam();
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Peak peak;
    const XCSGraph inner = wide_graph(busy(peak), 5);
    const XCSGraph middle =
        wide_graph(op("inner", [&](const Value&) -> Value { return execute(inner).to_value(); }), 3);
    const XCSGraph outer = wide_graph(
        op("middle", [&](const Value&) -> Value { return execute(middle, {.max_workers = 100}).to_value(); }),
        3);
    const auto run = [&] { execute(outer, {.max_workers = workers, .scheduler = "parallel"}); };
    if (seed % 2 == 0) {
      run();
    } else {
      Runtime::simulated({.seed = seed}).run(run);
    }
    EXPECT_LE(peak.most(), static_cast<std::size_t>(workers)) << "seed " << seed;
    EXPECT_EQ(peak.visits(), 45U);
  }
}

TEST_P(LimitTest, IsReachedWhenThereIsWork) {
  const auto workers = static_cast<std::size_t>(GetParam());
  testing::Gate gate(workers);
  XCSGraph graph;
  for (std::size_t i = 0; i < workers; ++i) {
    graph.add_node(op("wait", [&gate](const Value&) -> Value { return gate.arrive(); }),
                   "n" + std::to_string(i));
  }
  for (const auto& [name, arrived] : execute(graph, {.max_workers = GetParam(), .scheduler = "parallel"})) {
    EXPECT_EQ(arrived, Value(true)) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Workers, LimitTest, ::testing::Values(1, 2, 3, 4, 5, 6, 7, 8));

TEST(Limit, OfAScopeBindsTheRunsInside) {
  Peak peak;
  const auto scope = execution_options({.max_workers = 2});
  EXPECT_EQ(execute(wide_graph(busy(peak), 12)).size(), 12U);
  EXPECT_LE(peak.most(), 2U);
}

TEST(Conformance, execution_options_019) {
  Peak peak;
  set_execution_options({.max_workers = 8});
  {
    const auto scope = execution_options({.max_workers = 4});
    EXPECT_EQ(execute(wide_graph(busy(peak), 16), {.max_workers = 2}).size(), 16U);
  }
  reset_execution_options();
  EXPECT_LE(peak.most(), 2U);
}

TEST(Limit, AnAsynchronousRunHoldsNoThreadPerCall) {
  Peak peak;
  const XCSGraph graph = wide_graph(BusyAsync(peak), 2000);
  EXPECT_EQ(execute(graph, {.scheduler = "parallel"}).size(), 2000U);
  EXPECT_EQ(peak.visits(), 2000U);
}

TEST(Limit, FiftyNestedLevelsDoNotDeadlock) {
  std::function<Value(int)> nest = [&](int depth) -> Value {
    if (depth == 0) return "bottom";
    XCSGraph graph;
    graph.add_node(op("nest", [&nest, depth](const Value&) -> Value { return nest(depth - 1); }), "a");
    return execute(graph)["a"];
  };
  const auto scope = execution_options({.max_workers = 1});
  EXPECT_EQ(nest(50), Value("bottom"));
}

}  // namespace
}  // namespace ember::xcs
