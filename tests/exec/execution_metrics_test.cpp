// Metrics: in simulated time every number is exact.
#include <ember/execution_metrics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/runtime.hpp>

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Status = NodeStats::Status;

Op<> sleeper(Duration time) {
  return op("sleeper", [time](const Value& in) -> Value {
    (void)Context::current().sleep_for(time);
    return in;
  });
}

Op<> failing_after(Duration time) {
  return op("failing", [time](const Value&) -> Value {
    (void)Context::current().sleep_for(time);
    throw std::runtime_error("boom");
  });
}

/// The metrics of a run of `graph` in simulated time.
ExecutionMetrics metrics_of(const XCSGraph& graph, ExecutionOptions options) {
  ExecutionMetrics metrics;
  options.collect_metrics = true;
  Runtime::simulated({.seed = 3}).run([&] {
    try {
      execute(graph, options);
    } catch (const ExecutionError&) {
    }
    metrics = last_metrics();
  });
  return metrics;
}

void expect_node(const ExecutionMetrics& metrics, const std::string& node, Status status, double ready,
                 double start, double end) {
  const NodeStats& stats = metrics.node_stats.at(node);
  EXPECT_EQ(stats.status, status) << node;
  EXPECT_EQ(stats.ready, ready) << node;
  EXPECT_EQ(stats.start, start) << node;
  EXPECT_EQ(stats.end, end) << node;
  EXPECT_EQ(stats.queue_time(), start - ready) << node;
  EXPECT_EQ(stats.duration(), end - start) << node;
}

/// A (10 s) and B (20 s), and C (5 s) after both.
XCSGraph two_and_one() {
  XCSGraph graph;
  graph.add_node(sleeper(10s), "A");
  graph.add_node(sleeper(20s), "B");
  graph.add_node(sleeper(5s), "C");
  graph.add_order("A", "C");
  graph.add_order("B", "C");
  return graph;
}

TEST(ExecutionMetrics, OfAParallelRun) {
  const ExecutionMetrics metrics = metrics_of(two_and_one(), {.scheduler = "parallel"});
  EXPECT_EQ(metrics.execution_time_ms, 25'000);
  EXPECT_EQ(metrics.node_count, 3U);
  EXPECT_EQ(metrics.scheduler_overhead_ms, 0);
  EXPECT_EQ(metrics.ideal_time_ms, 25'000);
  EXPECT_EQ(metrics.node_time_ms, 35'000);
  EXPECT_THAT(metrics.critical_path, ElementsAre("B", "C"));
  expect_node(metrics, "A", Status::finished, 0, 0, 10);
  expect_node(metrics, "B", Status::finished, 0, 0, 20);
  expect_node(metrics, "C", Status::finished, 20, 20, 25);
  for (const auto& [node, stats] : metrics.node_stats) {
    EXPECT_GT(stats.thread, 0U) << node;
    EXPECT_EQ(stats.device, "cpu") << node;
  }
  EXPECT_NE(metrics.node_stats.at("A").thread, metrics.node_stats.at("B").thread);
}

TEST(ExecutionMetrics, OfASequentialRunTellWaitingFromNotReady) {
  for (const bool is_inline : {true, false}) {
    // With fail_fast off the run goes another way through the engine.
    const ExecutionMetrics metrics =
        metrics_of(two_and_one(), {.scheduler = "sequential", .fail_fast = is_inline});
    EXPECT_EQ(metrics.execution_time_ms, 35'000);
    EXPECT_EQ(metrics.ideal_time_ms, 25'000);
    expect_node(metrics, "A", Status::finished, 0, 0, 10);
    expect_node(metrics, "B", Status::finished, 0, 10, 30);
    expect_node(metrics, "C", Status::finished, 30, 30, 35);
  }
}

TEST(ExecutionMetrics, QueueTimeIsTheWaitForAPermit) {
  XCSGraph graph;
  for (const char* name : {"a", "b", "c", "d"}) graph.add_node(sleeper(10s), name);
  const ExecutionMetrics metrics = metrics_of(graph, {.max_workers = 2, .scheduler = "parallel"});
  EXPECT_EQ(metrics.execution_time_ms, 20'000);
  EXPECT_EQ(metrics.ideal_time_ms, 10'000);
  EXPECT_EQ(metrics.critical_path.size(), 1U);
  for (const char* name : {"a", "b"}) expect_node(metrics, name, Status::finished, 0, 0, 10);
  for (const char* name : {"c", "d"}) expect_node(metrics, name, Status::finished, 0, 10, 20);
}

TEST(ExecutionMetrics, QueueTimeIsTheWaitForAWave) {
  for (const Duration brief : {Duration(10s), Duration::zero()}) {
    XCSGraph graph;
    graph.add_node(sleeper(100s), "A");
    graph.add_node(sleeper(brief), "B");
    graph.add_node(sleeper(5s), "C");
    graph.add_order("B", "C");
    const ExecutionMetrics metrics = metrics_of(graph, {.scheduler = "wave"});
    expect_node(metrics, "C", Status::finished, to_seconds(brief), 100, 105);
    EXPECT_THAT(metrics.critical_path, ElementsAre("A"));
    EXPECT_EQ(metrics.ideal_time_ms, 100'000);
  }
}

TEST(ExecutionMetrics, OfFailedAndSkippedNodes) {
  XCSGraph graph;
  graph.add_node(failing_after(5s), "bad");
  graph.add_node(sleeper(10s), "after");
  graph.add_node(sleeper(20s), "good");
  graph.add_order("bad", "after");
  for (const char* scheduler : {"sequential", "parallel"}) {
    const ExecutionMetrics metrics = metrics_of(graph, {.scheduler = scheduler, .fail_fast = false});
    EXPECT_EQ(metrics.node_count, 2U);
    EXPECT_EQ(metrics.node_stats.size(), 3U);
    EXPECT_EQ(metrics.node_stats.at("bad").status, Status::failed);
    EXPECT_EQ(metrics.node_stats.at("bad").duration(), 5);
    EXPECT_EQ(metrics.node_stats.at("after").status, Status::skipped);
    EXPECT_EQ(metrics.node_stats.at("after").duration(), 0);
    EXPECT_EQ(metrics.node_stats.at("good").duration(), 20);
    EXPECT_EQ(metrics.node_time_ms, 25'000);
    EXPECT_THAT(metrics.critical_path, ElementsAre("good"));
  }
}

TEST(ExecutionMetrics, OfARunThatEndsAtTheFirstFailure) {
  XCSGraph graph;
  graph.add_node(failing_after(5s), "bad");
  graph.add_node(sleeper(10s), "never");
  const ExecutionMetrics metrics = metrics_of(graph, {.scheduler = "sequential"});
  EXPECT_EQ(metrics.execution_time_ms, 5000);
  EXPECT_EQ(metrics.node_count, 1U);
  EXPECT_EQ(metrics.node_stats.at("never").status, Status::not_run);
  EXPECT_EQ(metrics.node_stats.at("never").queue_time(), 0);
}

TEST(ExecutionMetrics, OfARunThatRanOutOfTime) {
  XCSGraph graph;
  graph.add_node(sleeper(2s), "quick");
  graph.add_node(sleeper(100s), "slow");
  graph.add_node(sleeper(1s), "after");
  graph.add_order("slow", "after");
  const ExecutionMetrics metrics = metrics_of(graph, {.timeout_seconds = 5.0, .scheduler = "parallel"});
  EXPECT_EQ(metrics.execution_time_ms, 5000);
  EXPECT_EQ(metrics.node_count, 1U);
  EXPECT_EQ(metrics.scheduler_overhead_ms, 0);
  expect_node(metrics, "quick", Status::finished, 0, 0, 2);
  expect_node(metrics, "slow", Status::unfinished, 0, 0, 5);
  EXPECT_EQ(metrics.node_stats.at("after").status, Status::not_run);
}

/// Answers after its time, from a timer.
class Late final : public Operator<> {
 public:
  explicit Late(Duration time) : time_(time) {}
  void forward_async(Value inputs, Context context, Completion done) const override {
    auto shared = std::make_shared<Completion>(std::move(done));
    context.clock()->call_at(context.clock()->now() + time_, [shared, inputs] { (*shared)(inputs); });
  }

 private:
  Duration time_;
};

TEST(ExecutionMetrics, OfAsynchronousLeavesGoToTheirAnswers) {
  XCSGraph graph;
  graph.add_node(Late(10s), "a");
  graph.add_node(Late(30s), "b");
  const ExecutionMetrics metrics = metrics_of(graph, {.scheduler = "parallel"});
  expect_node(metrics, "a", Status::finished, 0, 0, 10);
  expect_node(metrics, "b", Status::finished, 0, 0, 30);
  EXPECT_THAT(metrics.critical_path, ElementsAre("b"));
}

TEST(ExecutionMetrics, OverheadIsTheTimeInWhichNoNodeRuns) {
  // The only permit is with another node for three seconds.
  XCSGraph inner;
  inner.add_node(sleeper(10s), "inside");
  ExecutionMetrics metrics;
  Runtime::simulated().run([&] {
    XCSGraph outer;
    outer.add_node(op("nested",
                      [&](const Value&) -> Value {
                        execute(inner, {.collect_metrics = true});
                        metrics = last_metrics();
                        return {};
                      }),
                   "nested");
    outer.add_node(sleeper(3s), "rival");
    execute(outer, {.max_workers = 1, .fail_fast = false});
  });
  EXPECT_EQ(metrics.execution_time_ms, metrics.node_time_ms + metrics.scheduler_overhead_ms);
  EXPECT_EQ(metrics.node_stats.at("inside").duration(), 10);
  EXPECT_EQ(metrics.node_stats.at("inside").queue_time() * 1000, metrics.scheduler_overhead_ms);
}

TEST(ExecutionMetrics, StandInTheResultAndAreThoseOfTheOutermostRun) {
  XCSGraph inner;
  inner.add_node(sleeper(4s), "inside");
  XCSGraph outer;
  outer.add_node(op("nested", [&inner](const Value&) -> Value { return execute(inner).to_value(); }),
                 "nested");
  Runtime::simulated().run([&] {
    const ExecutionResult result = execute_detailed(outer, {}, {.collect_metrics = true});
    ASSERT_NE(result.metrics, nullptr);
    EXPECT_EQ(result.metrics->execution_time_ms, 4000);
    EXPECT_EQ(result.node_stats().at("nested").duration(), 4);
    EXPECT_EQ(result.execution_time, 4);
    EXPECT_EQ(last_metrics().node_stats.begin()->first, "nested");
    EXPECT_EQ(execute_detailed(outer).metrics, nullptr);
    EXPECT_TRUE(execute_detailed(outer).node_stats().empty());
  });
}

TEST(ExecutionMetrics, OfARunCutShortAreReadWhileItsThreadsGoOn) {
  XCSGraph graph;
  for (int i = 0; i < 200; ++i) graph.add_node(sleeper(20us), "n" + std::to_string(i));
  for (int repeat = 0; repeat < 60; ++repeat) {
    const ExecutionOptions options{.timeout_seconds = 0.0002 + 0.00005 * (repeat % 10),
                                   .scheduler = "parallel",
                                   .collect_metrics = true};
    try {
      execute(graph, options);
    } catch (const ExecutionTimeoutError& error) {
      EXPECT_EQ(last_metrics().node_count, error.nodes_finished());
    }
    EXPECT_EQ(last_metrics().node_stats.size(), 200U);
    EXPECT_LE(last_metrics().scheduler_overhead_ms, last_metrics().execution_time_ms);
  }
}

TEST(ExecutionMetrics, OfNothingAreZeroAndThere) {
  const ExecutionResult result = execute_detailed(XCSGraph(), {}, {.collect_metrics = true});
  ASSERT_NE(result.metrics, nullptr);
  EXPECT_EQ(result.metrics->node_count, 0U);
  EXPECT_EQ(result.metrics->ideal_time_ms, 0);
  EXPECT_THAT(result.metrics->critical_path, IsEmpty());
}

TEST(ExecutionMetrics, OfAPlainCallAreThoseOfOneNode) {
  Runtime::simulated().run([] {
    const auto scope = execution_options({.collect_metrics = true});
    sleeper(7s)({});
    EXPECT_EQ(last_metrics().node_count, 1U);
    EXPECT_EQ(last_metrics().execution_time_ms, 7000);
  });
}

TEST(ExecutionMetrics, CountTheNodesThatTheOutputsNeed) {
  const ExecutionMetrics metrics = metrics_of(two_and_one(), {.output_nodes = "A"});
  EXPECT_EQ(metrics.node_count, 1U);
  EXPECT_EQ(metrics.node_stats.size(), 1U);
}

}  // namespace
}  // namespace ember::xcs
