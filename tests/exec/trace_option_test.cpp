// `trace_execution`: what the last trace holds, who it belongs to, and how it meets tracers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stop_token>
#include <thread>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/runtime.hpp>
#include <ember/tracer.hpp>

#include "support/traced_names.hpp"

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::names_of;
using ::testing::UnorderedElementsAre;

class TraceOption : public ::testing::Test {
 protected:
  void SetUp() override { clear_last_trace(); }
  void TearDown() override { reset_execution_options(); }
};

Op<> echo(const std::string& name) {
  return op(name, [](const Value& in) -> Value { return in; });
}

Op<> around(const std::string& name, Op<> inner) {
  return op(name, [inner = std::move(inner)](const Value& in) -> Value { return inner(in); });
}

TEST_F(TraceOption, TheLastTraceIsThatOfTheOutermostCall) {
  const auto scope = execution_options({.trace_execution = true});
  around("outer", around("middle", echo("inner")))({});
  EXPECT_THAT(names_of(last_trace().records), ElementsAre("inner", "middle", "outer"));
  echo("next")({});
  EXPECT_THAT(names_of(last_trace().records), ElementsAre("next"));
  EXPECT_EQ(last_trace().records[0].call_id, 0U);
}

TEST_F(TraceOption, HoldsTheCallsOfNestedRuns) {
  XCSGraph inner;
  for (const char* name : {"a", "b"}) inner.add_node(echo(name), name);
  XCSGraph outer;
  outer.add_node(op("nested", [&inner](const Value&) -> Value { return execute(inner).to_value(); }), "n");
  const ExecutionResult result = execute_detailed(outer, {}, {.trace_execution = true, .executor = "async"});
  ASSERT_NE(result.trace, nullptr);
  EXPECT_THAT(names_of(result.trace->records), UnorderedElementsAre("a", "b", "nested"));
  EXPECT_EQ(last_trace().size(), 3U);
  EXPECT_EQ(execute_detailed(outer).trace, nullptr);
}

TEST_F(TraceOption, IsThereAfterAFailure) {
  const auto scope = execution_options({.trace_execution = true});
  const Op<> boom = op("boom", [](const Value&) -> Value { throw std::runtime_error("boom"); });
  EXPECT_THROW(boom({}), OperatorExecutionError);
  ASSERT_EQ(last_trace().size(), 1U);
  EXPECT_FALSE(last_trace().records[0].succeeded());
  XCSGraph graph;
  graph.add_node(echo("before"), "a");
  graph.add_node(boom, "b");
  EXPECT_THROW(execute(graph, {.scheduler = "sequential"}), ExecutionError);
  EXPECT_THAT(names_of(last_trace().records), ElementsAre("before", "boom"));
}

TEST_F(TraceOption, AnInnerScopeSwitchesItOffForItsCalls) {
  const Op<> quiet = op("quiet", [inner = echo("unseen")](const Value& in) -> Value {
    const auto scope = execution_options({.trace_execution = false});
    return inner(in);
  });
  const auto scope = execution_options({.trace_execution = true});
  around("outer", quiet)({});
  EXPECT_THAT(names_of(last_trace().records), ElementsAre("quiet", "outer"));
  XCSGraph graph;
  graph.add_node(quiet, "n");
  execute(graph, {.executor = "async"});
  EXPECT_THAT(names_of(last_trace().records), ElementsAre("quiet"));
}

TEST_F(TraceOption, SwitchedOffInsideATracerStaysWithIt) {
  const TracerContext tracer;
  const Op<> quiet = op("quiet", [inner = echo("unseen")](const Value& in) -> Value {
    const auto scope = execution_options({.trace_execution = false});
    return inner(in);
  });
  const auto scope = execution_options({.trace_execution = true});
  quiet({});
  EXPECT_THAT(names_of(tracer.records()), ElementsAre("unseen", "quiet"));
  EXPECT_THAT(names_of(last_trace().records), ElementsAre("quiet"));
}

TEST_F(TraceOption, AnExplicitFalseOfARunSwitchesItOff) {
  XCSGraph graph;
  graph.add_node(echo("unseen"), "n");
  const auto scope = execution_options({.trace_execution = true});
  op("outer",
     [&graph](const Value&) -> Value { return execute(graph, {.trace_execution = false}).to_value(); })({});
  EXPECT_THAT(names_of(last_trace().records), ElementsAre("outer"));
}

TEST_F(TraceOption, TracerInsideATracedCallTakesItsCallsToo) {
  std::vector<TraceRecord> seen;
  const Op<> watching = op("watching", [&seen, inner = echo("inner")](const Value& in) -> Value {
    const TracerContext tracer;
    inner(in);
    seen = tracer.records();
    return in;
  });
  const auto scope = execution_options({.trace_execution = true});
  watching({});
  EXPECT_THAT(names_of(seen), ElementsAre("inner"));
  const auto records = last_trace().records;
  ASSERT_THAT(names_of(records), ElementsAre("inner", "watching"));
  EXPECT_EQ(records[0].parent_id, records[1].call_id);
}

TEST_F(TraceOption, BelongsToTheThread) {
  const auto scope = execution_options({.trace_execution = true});
  echo("mine")({});
  std::thread([] {
    EXPECT_TRUE(last_trace().empty());
    const auto own = execution_options({.trace_execution = true});
    echo("other")({});
    EXPECT_THAT(names_of(last_trace().records), ElementsAre("other"));
  }).join();
  EXPECT_THAT(names_of(last_trace().records), ElementsAre("mine"));
  clear_last_trace();
  EXPECT_TRUE(last_trace().empty());
}

TEST_F(TraceOption, OfAnAsynchronousRunIsPartOfItsOutcome) {
  XCSGraph graph;
  for (const char* name : {"a", "b"}) graph.add_node(echo(name), name);
  RunOutcome outcome;
  std::stop_source over;
  CompiledGraph(graph).run_async({}, {.trace_execution = true, .collect_metrics = true}, [&](RunOutcome run) {
    outcome = std::move(run);
    over.request_stop();
  });
  Clock::real()->sleep_until(TimePoint::max(), over.get_token());
  ASSERT_NE(outcome.trace, nullptr);
  EXPECT_THAT(names_of(outcome.trace->records), UnorderedElementsAre("a", "b"));
  ASSERT_NE(outcome.metrics, nullptr);
  EXPECT_EQ(outcome.metrics->node_count, 2U);
}

TEST_F(TraceOption, OfARunThatRanOutOfTimeHoldsWhatHadEnded) {
  Runtime::simulated().run([] {
    XCSGraph graph;
    graph.add_node(echo("quick"), "quick");
    graph.add_node(op("slow",
                      [](const Value& in) -> Value {
                        // Deaf to the request to stop.
                        Context::current().clock()->sleep_until(Context::current().clock()->now() + 100s, {});
                        return in;
                      }),
                   "slow");
    EXPECT_THROW(execute(graph, {.trace_execution = true, .timeout_seconds = 1.0}), ExecutionTimeoutError);
    EXPECT_THAT(names_of(last_trace().records), ElementsAre("quick"));
  });
}

TEST_F(TraceOption, CachedCallsAreInItAndSaySo) {
  const Op<> leaf = echo("leaf");
  const Op<> twice = op("twice", [leaf](const Value& in) -> Value {
    leaf(in);
    return leaf(in);
  });
  const auto scope = execution_options({.enable_caching = true, .trace_execution = true});
  twice({{"n", 1}});
  const auto records = last_trace().records;
  ASSERT_THAT(names_of(records), ElementsAre("leaf", "leaf", "twice"));
  EXPECT_FALSE(records[0].is_cached);
  EXPECT_TRUE(records[1].is_cached);
  EXPECT_EQ(records[1].outputs, records[0].outputs);
}

TEST_F(TraceOption, BatchesAreCallsOfTheirOwn) {
  class Batching final : public Operator<> {
   public:
    std::string name() const override { return "batching"; }
    Value forward(const Value& in) const override { return in; }
    std::vector<Value> forward_batch(const std::vector<Value>& inputs) const override { return inputs; }
  };
  const Op<> batching = Batching();
  XCSGraph graph;
  for (const char* name : {"a", "b", "c"}) graph.add_node(batching, name, {.inputs = {{"n", name}}});
  execute(graph, {.enable_caching = true, .trace_execution = true, .scheduler = "wave"});
  const auto records = last_trace().records;
  ASSERT_EQ(records.size(), 3U);
  for (const TraceRecord& record : records) EXPECT_EQ(record.outputs, record.inputs);
}

}  // namespace
}  // namespace ember::xcs
