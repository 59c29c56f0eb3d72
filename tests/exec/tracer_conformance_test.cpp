// Tracing: what a TracerContext records, and the graphs that are built from records.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <stop_token>
#include <thread>

#include <ember/autograph_builder.hpp>
#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/runtime.hpp>
#include <ember/tracer.hpp>

#include "support/gate.hpp"
#include "support/traced_names.hpp"

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::names_of;

Op<> echo(const std::string& name) {
  return op(name, [](const Value& in) -> Value { return in; });
}

/// `{out: in[in] + 1}`.
Op<> increment(const std::string& name, const std::string& in, const std::string& out) {
  return op(name, [in, out](const Value& inputs) -> Value { return {{out, inputs[in].integer() + 1}}; });
}

TEST(TracerConformance, tracer_003) {
  const TracerContext tracer;
  EXPECT_EQ(echo("Plain")({{"x", 1}}), Value({{"x", 1}}));
  const auto records = tracer.records();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].operator_name, "Plain");
  EXPECT_EQ(records[0].node_id(), "Plain_0");
  EXPECT_EQ(records[0].inputs, Value({{"x", 1}}));
  EXPECT_EQ(records[0].outputs, Value({{"x", 1}}));
  EXPECT_TRUE(records[0].succeeded());
  EXPECT_EQ(records[0].parent_id, std::nullopt);
}

TEST(TracerConformance, tracer_004) {
  const TracerContext tracer;
  const Op<> boom = op("boom", [](const Value&) -> Value { throw std::runtime_error("boom"); });
  EXPECT_THROW(boom({{"x", 1}}), OperatorExecutionError);
  const auto records = tracer.records();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_FALSE(records[0].succeeded());
  EXPECT_EQ(message_of(records[0].exception), "boom");
  EXPECT_TRUE(records[0].outputs.is_null());
  EXPECT_EQ(records[0].inputs, Value({{"x", 1}}));
}

TEST(TracerConformance, tracer_005) {
  const TracerContext outer;
  echo("A")({});
  {
    const TracerContext inner;
    echo("B")({});
    EXPECT_THAT(names_of(inner.records()), ElementsAre("B"));
  }
  echo("C")({});
  EXPECT_THAT(names_of(outer.records()), ElementsAre("A", "C"));
}

TEST(TracerConformance, tracer_007) {
  const TracerContext tracer;
  std::thread([] { echo("elsewhere")({}); }).join();
  EXPECT_TRUE(tracer.records().empty());
}

TEST(TracerConformance, tracer_008) {
  const TracerContext tracer;
  testing::Gate gate(4);
  XCSGraph graph;
  for (int i = 0; i < 4; ++i) {
    graph.add_node(op("wait", [&gate](const Value&) -> Value { return gate.arrive(); }),
                   "n" + std::to_string(i));
  }
  execute(graph, {.scheduler = "parallel"});
  std::set<std::size_t> threads;
  for (const TraceRecord& record : tracer.records()) threads.insert(record.thread_id);
  EXPECT_EQ(tracer.records().size(), 4U);
  EXPECT_EQ(threads.size(), 4U);  // They were all inside at once.
  EXPECT_FALSE(threads.contains(0));
}

TEST(TracerConformance, tracer_009) {
  const TracerContext tracer;
  const Value first = increment("Op1", "q", "a")({{"q", 0}});
  const Value second = increment("Op2", "a", "b")(first);
  increment("Op3", "b", "c")(second);
  const XCSGraph graph = AutoGraphBuilder().build_graph(tracer.records());
  ASSERT_EQ(graph.size(), 3U);
  EXPECT_THAT(graph.topological_sort(), ElementsAre("Op1_0", "Op2_1", "Op3_2"));
  EXPECT_THAT(graph.predecessors("Op2_1"), ElementsAre("Op1_0"));
  EXPECT_THAT(graph.predecessors("Op3_2"), ElementsAre("Op2_1"));
  EXPECT_TRUE(graph.predecessors("Op1_0").empty());
  EXPECT_EQ(execute(graph)["Op3_2"], Value({{"c", 3}}));
  EXPECT_EQ(execute(graph, Value({{"q", 10}}))["Op3_2"], Value({{"c", 13}}));
}

TEST(TracerConformance, tracer_012) {
  const TracerContext tracer;
  const Op<> twice = op("Double", [](const Value& in) -> Value { return {{"x", in["x"].integer() * 2}}; });
  EXPECT_EQ(twice({{"x", 5}}), Value({{"x", 10}}));
  const XCSGraph graph = autograph(tracer.records());
  EXPECT_EQ(execute(graph, Value({{"x", 7}}))["Double_0"], Value({{"x", 14}}));
  EXPECT_EQ(execute(graph)["Double_0"], Value({{"x", 10}}));
}

TEST(TracerConformance, tracer_012_also_without_fields) {
  const TracerContext tracer;
  const Op<> twice = op("Double", [](const Value& in) -> Value { return in.integer() * 2; });
  EXPECT_EQ(twice(5), Value(10));
  const XCSGraph graph = autograph(tracer.records());
  EXPECT_EQ(execute(graph, Value(7))["Double_0"], Value(14));
  EXPECT_EQ(execute(graph)["Double_0"], Value(10));
}

TEST(TracerConformance, tracer_014) {
  const TracerContext tracer;
  bool fails = false;
  const Op<> moody = op("moody", [&fails](const Value& in) -> Value {
    if (fails) throw std::runtime_error("not today");
    return in;
  });
  moody({{"x", 5}});
  const XCSGraph graph = autograph(tracer.records());
  fails = true;
  EXPECT_THROW(execute(graph), ExecutionError);
}

// The rules around the cases
// -----------------------------------------------------------------------------------------------------------

TEST(Tracer, RecordsInOrderOfCompletionAndTellsTheParents) {
  const TracerContext tracer;
  const Op<> inner = echo("inner");
  const Op<> outer = op("outer", [inner](const Value& in) -> Value { return inner(inner(in)); });
  outer({{"x", 1}});
  const auto records = tracer.records();
  ASSERT_THAT(names_of(records), ElementsAre("inner", "inner", "outer"));
  EXPECT_EQ(records[2].call_id, 0U);
  EXPECT_EQ(records[0].parent_id, 0U);
  EXPECT_EQ(records[1].parent_id, 0U);
  EXPECT_EQ(records[0].node_id(), "inner_1");
  EXPECT_EQ(records[1].node_id(), "inner_2");
  EXPECT_EQ(records[0].instance_id(), records[1].instance_id());
  EXPECT_NE(records[0].instance_id(), records[2].instance_id());
  EXPECT_EQ(records[0].op.get(), &inner.target());
  EXPECT_LE(records[2].start_time, records[0].start_time);
  EXPECT_LE(records[0].end_time, records[1].start_time);
  EXPECT_LE(records[1].end_time, records[2].end_time);
}

TEST(Tracer, DerivesDurationAndTimestampInTheTimeOfTheRuntime) {
  Runtime::simulated().run([] {
    const TracerContext tracer;
    op("slow", [](const Value&) -> Value { return Context::current().sleep_for(3s); })({});
    const auto records = tracer.records();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].duration(), 3s);
    EXPECT_EQ(records[0].timestamp(), records[0].end_time);
    EXPECT_EQ(records[0].start_time, tracer.origin().time);
  });
}

TEST(Tracer, OfAFailedCallInsideRecordsTheWholeWayUp) {
  const TracerContext tracer;
  const Op<> boom = op("boom", [](const Value&) -> Value { throw std::runtime_error("boom"); });
  const Op<> outer = op("outer", [boom](const Value& in) -> Value { return boom(in); });
  EXPECT_THROW(outer({}), OperatorExecutionError);
  const auto records = tracer.records();
  ASSERT_THAT(names_of(records), ElementsAre("boom", "outer"));
  EXPECT_FALSE(records[0].succeeded());
  EXPECT_FALSE(records[1].succeeded());
}

TEST(Tracer, CurrentIsTheInnermostAndLookingChangesNothing) {
  EXPECT_EQ(TracerContext::get_current(), nullptr);
  EXPECT_EQ(TracerContext::get_current(), nullptr);
  {
    TracerContext outer;
    EXPECT_EQ(TracerContext::get_current(), &outer);
    {
      TracerContext inner;
      EXPECT_EQ(TracerContext::get_current(), &inner);
    }
    EXPECT_EQ(TracerContext::get_current(), &outer);
    std::thread([] { EXPECT_EQ(TracerContext::get_current(), nullptr); }).join();
    XCSGraph graph;
    graph.add_node(op("look", [&](const Value&) { return Value(TracerContext::get_current() == &outer); }),
                   "a");
    EXPECT_EQ(execute(graph, {.executor = "async"})["a"], Value(true));
  }
  EXPECT_EQ(TracerContext::get_current(), nullptr);
  const auto scope = execution_options({.trace_execution = true});
  EXPECT_EQ(op("look", [](const Value&) { return Value(TracerContext::get_current() == nullptr); })({}),
            Value(true));
}

TEST(Tracer, EndsWithItsScopeAlsoByAnException) {
  std::vector<TraceRecord> records;
  try {
    const TracerContext tracer;
    echo("inside")({});
    records = tracer.records();
    throw std::runtime_error("out");
  } catch (const std::runtime_error&) {
  }
  echo("after")({});
  EXPECT_EQ(TracerContext::get_current(), nullptr);
  EXPECT_THAT(names_of(records), ElementsAre("inside"));
}

TEST(Tracer, RecordsWhatRunsOfGraphsAndNestedRunsCall) {
  const TracerContext tracer;
  XCSGraph inner;
  inner.add_node(echo("leaf"), "leaf");
  XCSGraph outer;
  outer.add_node(op("nested", [&inner](const Value& in) -> Value { return execute(inner, in).to_value(); }),
                 "nested");
  execute(outer, Value({{"x", 1}}), {.executor = "async"});
  const auto records = tracer.records();
  ASSERT_THAT(names_of(records), ElementsAre("leaf", "nested"));
  EXPECT_EQ(records[0].parent_id, records[1].call_id);
}

/// Answers after a second, from a timer.
class Late final : public Operator<> {
 public:
  std::string name() const override { return "late"; }
  void forward_async(Value inputs, Context context, Completion done) const override {
    auto shared = std::make_shared<Completion>(std::move(done));
    context.clock()->call_at(context.clock()->now() + 1s, [shared, inputs] { (*shared)(inputs); });
  }
};

TEST(Tracer, RecordsAsynchronousLeavesFromStartToAnswer) {
  Runtime::simulated().run([] {
    const TracerContext tracer;
    XCSGraph graph;
    for (const char* name : {"a", "b"}) graph.add_node(Late(), name);
    execute(graph, Value({{"x", 1}}), {.scheduler = "parallel"});
    Op<>{Late()}({{"x", 2}});
    const auto records = tracer.records();
    ASSERT_EQ(records.size(), 3U);
    std::set<std::uint64_t> ids;
    for (const TraceRecord& record : records) {
      EXPECT_EQ(record.duration(), 1s);
      EXPECT_EQ(record.outputs, record.inputs);
      EXPECT_GT(record.thread_id, 0U);
      ids.insert(record.call_id);
    }
    EXPECT_EQ(ids.size(), 3U);
    // The two of the graph overlap: they can not share a line.
    EXPECT_NE(records[0].track, records[1].track);
    EXPECT_EQ(records[2].inputs, Value({{"x", 2}}));
  });
}

class Listing final : public TraceSink {
 public:
  void record(const std::shared_ptr<const TraceRecord>& call) noexcept override {
    const std::lock_guard lock(mutex_);
    names_.push_back(call->operator_name);
  }
  [[nodiscard]] std::vector<std::string> names() const {
    const std::lock_guard lock(mutex_);
    return names_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> names_;
};

TEST(Tracer, HandsRecordsToASinkAndKeepsNone) {
  const auto sink = std::make_shared<Listing>();
  {
    const TracerContext tracer(sink);
    const Op<> inner = echo("inner");
    op("outer", [inner](const Value& in) -> Value { return inner(in); })({});
    EXPECT_TRUE(tracer.records().empty());
    EXPECT_TRUE(tracer.trace().empty());
    EXPECT_THAT(sink->names(), ElementsAre("inner", "outer"));
  }
  echo("after")({});
  EXPECT_EQ(sink->names().size(), 2U);
  EXPECT_THROW(TracerContext(nullptr), InvalidArgumentError);
}

TEST(Tracer, KnowsTheNamesOfChildren) {
  class Outer final : public Composite<> {
   public:
    Var<> forward(Var<> in) const override { return second_(first_(in)); }

   private:
    Op<> first_ = child("draft", echo("echo"));
    Op<> second_ = child("draft", echo("echo"));
  };
  const TracerContext tracer;
  Op<>{Outer()}({{"x", 1}});
  std::vector<std::string> names;
  for (const TraceRecord& record : tracer.records()) names.push_back(record.name());
  EXPECT_THAT(names, ElementsAre("draft", "draft_2", "Outer"));
  EXPECT_THAT(names_of(tracer.records()), ElementsAre("echo", "echo", "Outer"));
}

TEST(Tracer, ARunThatOutlivesTheScopeStillRecordsToItsSink) {
  const auto sink = std::make_shared<Listing>();
  testing::Gate gate(2);
  std::stop_source over;
  XCSGraph graph;
  graph.add_node(op("held", [&gate](const Value&) -> Value { return gate.arrive(); }), "a");
  const CompiledGraph compiled(graph);
  {
    const TracerContext tracer(sink);
    compiled.run_async({}, {}, [&over](const RunOutcome&) { over.request_stop(); });
  }
  EXPECT_TRUE(gate.arrive());
  Clock::real()->sleep_until(TimePoint::max(), over.get_token());
  EXPECT_THAT(sink->names(), ElementsAre("held"));
}

}  // namespace
}  // namespace ember::xcs
