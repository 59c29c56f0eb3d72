// What `auto` takes: it says so in the metrics, learns from measured runs, and changes its mind.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include <ember/execute.hpp>
#include <ember/runtime.hpp>

#include "graph/plan.hpp"

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;

XCSGraph wide_graph(int width, const Op<>& leaf) {
  XCSGraph graph;
  for (int i = 0; i < width; ++i) graph.add_node(leaf, "n" + std::to_string(i));
  return graph;
}

const Op<> quick = op("quick", [](const Value&) -> Value { return 1; });

std::string taken(const CompiledGraph& compiled, const ExecutionOptions& options = {}) {
  ExecutionOptions measured = options;
  measured.collect_metrics = true;
  (void)compiled.run({}, measured);
  return last_metrics().scheduler;
}

/// Makes every node one that takes `nanoseconds`, before the first run.
void set_times(const CompiledGraph& compiled, std::uint64_t nanoseconds) {
  for (std::size_t node = 0; node < compiled.size(); ++node) compiled.plan()->note_cost(node, nanoseconds);
}

TEST(Auto, MetricsNameTheSchedulerThatRan) {
  const CompiledGraph wide(wide_graph(3, quick));
  EXPECT_EQ(taken(wide, {.scheduler = "wave"}), "wave");
  EXPECT_EQ(taken(wide, {.scheduler = "parallel"}), "parallel");
  EXPECT_EQ(taken(wide, {.scheduler = "sequential"}), "sequential");
  EXPECT_EQ(taken(CompiledGraph(wide_graph(1, quick))), "sequential") << "there is no width";
  EXPECT_EQ(taken(CompiledGraph(wide_graph(3, quick))), "parallel") << "nothing was measured";
}

/// A plan of short nodes that auto runs one by one. A busy machine may keep the thread from running for
/// longer than the nodes are trusted to take: then it tries again.
CompiledGraph short_nodes(const XCSGraph& graph) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    CompiledGraph compiled(graph);
    EXPECT_EQ(taken(compiled), "parallel");
    for (int sample = 0; sample < 40; ++sample) set_times(compiled, 100);
    if (taken(compiled) == "sequential") return compiled;
  }
  ADD_FAILURE() << "short nodes did not run one by one";
  return CompiledGraph(graph);
}

TEST(Auto, RunsShortNodesOneByOne) {
  const CompiledGraph compiled = short_nodes(wide_graph(100, quick));
  EXPECT_EQ(taken(compiled, {.scheduler = "parallel"}), "parallel") << "an explicit choice stays";
}

TEST(Auto, OverlapsWhereItSaves) {
  const CompiledGraph compiled(wide_graph(4, quick));
  set_times(compiled, 300'000);
  (void)taken(compiled);
  for (int sample = 0; sample < 20; ++sample) set_times(compiled, 300'000);
  EXPECT_EQ(taken(compiled), "parallel");
}

TEST(Auto, OverlapsCallsThatWaitWhateverTheirStartTakes) {
  class Waiting final : public Operator<> {
   public:
    void forward_async(Value inputs, Context, Completion done) const override { done(std::move(inputs)); }
  };
  const CompiledGraph compiled(wide_graph(4, Waiting()));
  for (int run = 0; run < 5; ++run) {
    set_times(compiled, 10);
    EXPECT_EQ(taken(compiled), "parallel");
  }
}

TEST(Auto, OpensUpWhenNodesTakeLongerThanMeasured) {
  const auto is_slow = std::make_shared<std::atomic<bool>>(false);
  const auto calls = std::make_shared<std::atomic<int>>(0);
  const Op<> leaf = op("leaf", [is_slow, calls](const Value&) -> Value {
    const auto begin = std::chrono::steady_clock::now();
    while (*is_slow && std::chrono::steady_clock::now() - begin < 6ms) continue;
    return ++*calls;
  });
  XCSGraph graph = wide_graph(12, leaf);
  graph.add_node(leaf, "last");
  for (int i = 0; i < 12; ++i) graph.add_order("n" + std::to_string(i), "last");
  const CompiledGraph compiled = short_nodes(graph);
  for (int sample = 0; sample < 40; ++sample) set_times(compiled, 100);
  for (const bool is_measured : {true, false}) {
    (void)is_measured;
    *is_slow = true;
    *calls = 0;
    const Results results = compiled.run();
    EXPECT_EQ(results["last"], Value(13)) << "after all others";
    EXPECT_EQ(*calls, 13);
    *is_slow = false;
  }
  EXPECT_EQ(compiled.plan()->schedule().advice(), PlanSchedule::Advice::overlap);
}

TEST(Auto, KeepsErrorsWhenItRunsOneByOne) {
  XCSGraph graph = wide_graph(20, quick);
  graph.add_node(op("fail", [](const Value&) -> Value { throw std::runtime_error("no"); }), "fail");
  graph.add_node(quick, "after");
  const CompiledGraph compiled(graph);
  for (int run = 0; run < 6; ++run) {
    for (int sample = 0; sample < 20; ++sample) set_times(compiled, 100);
    try {
      (void)compiled.run();
      FAIL();
    } catch (const ExecutionError& error) {
      EXPECT_EQ(error.node(), "fail");
      EXPECT_GE(error.partial_results().size(), 20U);
    }
  }
}

TEST(Auto, MeasuresTheWholeTimeOfCallsThatWait) {
  class Late final : public Operator<> {
   public:
    void forward_async(Value inputs, Context context, Completion done) const override {
      auto shared = std::make_shared<Completion>(std::move(done));
      context.clock()->call_at(context.clock()->now() + 20ms, [shared, inputs] { (*shared)(inputs); });
    }
  };
  const CompiledGraph compiled(wide_graph(2, Late()));
  (void)compiled.run();
  EXPECT_GE(compiled.plan()->cost(0), 20'000'000U);
}

}  // namespace
}  // namespace ember::xcs
