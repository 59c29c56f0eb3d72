// Conformance cases of running graphs: areas execute, scheduler, and what errors and options need a run for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/json.hpp>
#include <ember/runtime.hpp>

#include "support/gate.hpp"

namespace ember::xcs {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::Gate;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Op<> echo() {
  return op("echo", [](const Value& in) -> Value { return in; });
}

Op<> times(std::int64_t factor) {
  return op("times", [factor](const Value& in) -> Value {
    return {{"value", in["value"].integer() * factor}};
  });
}

Op<> failing(const std::string& message) {
  return op("failing", [message](const Value&) -> Value { throw std::runtime_error(message); });
}

/// An operator that writes its name into a log when it starts and when it ends.
class Log {
 public:
  Op<> logged(const std::string& name, Duration time = {}) {
    return op(name, [this, name, time](const Value& in) -> Value {
      add("+" + name);
      (void)Context::current().sleep_for(time);
      add("-" + name);
      return in;
    });
  }
  void add(const std::string& entry) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(entry);
  }
  std::vector<std::string> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }
  std::size_t position(const std::string& entry) const {
    const auto all = entries();
    return static_cast<std::size_t>(std::find(all.begin(), all.end(), entry) - all.begin());
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> entries_;
};

XCSGraph chain_of_three() {
  XCSGraph graph;
  graph.add_node(times(2), "a");
  graph.add_node(times(3), "b");
  graph.add_node(times(4), "c");
  graph.add_edge("a", "b");
  graph.add_edge("b", "c");
  return graph;
}

TEST(Conformance, execute_005) {
  EXPECT_TRUE(execute(XCSGraph(), Value::mapping({})).empty());
}

TEST(Conformance, execute_007) {
  std::atomic<int> a = 0;
  std::atomic<int> c = 0;
  XCSGraph graph;
  graph.add_node(op("a", [&](const Value&) -> Value { return {{"a", ++a}}; }), "a");
  graph.add_node(echo(), "b");
  graph.add_node(op("c", [&](const Value&) -> Value { return {{"c", ++c}}; }), "c");
  graph.add_edge("a", "b");
  graph.add_edge("b", "c");
  const Results results = execute(graph, {.output_nodes = {{"b"}}});
  EXPECT_EQ(results.to_value(), Value({{"b", {{"a", 1}}}}));
  EXPECT_EQ(a, 1);
  EXPECT_EQ(c, 0);
}

TEST(Conformance, execute_009) {
  std::atomic<int> calls = 0;
  XCSGraph graph;
  graph.add_node(op("a", [&](const Value& in) -> Value { return ++calls, in; }), "a");
  EXPECT_TRUE(execute(graph, {.output_nodes = std::vector<std::string>()}).empty());
  EXPECT_EQ(calls, 0);
}

TEST(Execute, ListsOfOutputsMeanWhatTheyList) {
  XCSGraph graph;
  for (const char* name : {"a", "b", "c"}) graph.add_node(echo(), name);
  const auto names_of = [&](const ExecutionOptions& options) {
    std::vector<std::string> names;
    for (const auto& [name, value] : execute(graph, options)) names.push_back(name);
    return names;
  };
  const std::string a = "a";
  const std::vector<std::string> both = {"a", "b"};
  EXPECT_THAT(names_of({}), ElementsAre("a", "b", "c"));
  EXPECT_THAT(names_of({.output_nodes = {}}), IsEmpty());
  EXPECT_THAT(names_of({.output_nodes = {{}}}), IsEmpty());
  EXPECT_THAT(names_of({.output_nodes = "a"}), ElementsAre("a"));
  EXPECT_THAT(names_of({.output_nodes = a}), ElementsAre("a"));
  EXPECT_THAT(names_of({.output_nodes = {a}}), ElementsAre("a"));
  EXPECT_THAT(names_of({.output_nodes = {"a", "b"}}), ElementsAre("a", "b"));
  EXPECT_THAT(names_of({.output_nodes = {{"a", "b"}}}), ElementsAre("a", "b"));
  EXPECT_THAT(names_of({.output_nodes = {{a, a}}}), ElementsAre("a"));
  EXPECT_THAT(names_of({.output_nodes = both}), ElementsAre("a", "b"));
  EXPECT_THAT(names_of({.output_nodes = {both}}), ElementsAre("a", "b"));
}

TEST(Execute, NamesOfALargePlanAreFoundHoweverOftenOneLooks) {
  XCSGraph graph;
  constexpr int nodes = 100;
  for (int i = 0; i < nodes; ++i) {
    graph.add_node(op("n", [i](const Value&) -> Value { return i; }), "n" + std::to_string(i));
  }
  const Results all = execute(graph);
  const Results some = execute(graph, {.output_nodes = {"n3", "n70"}});
  for (int i = 0; i < nodes; ++i) {
    const std::string name = "n" + std::to_string(i);
    EXPECT_EQ(all[name], Value(i));
    EXPECT_EQ(some.has(name), i == 3 || i == 70);
    EXPECT_EQ(all.preferred_name(name), name);
  }
  EXPECT_FALSE(all.has("n100"));
  EXPECT_THROW((void)some["n4"], ItemNotFoundError);
}

TEST(Execute, UnknownOutputsAreRefusedBeforeAnythingRuns) {
  std::atomic<int> calls = 0;
  XCSGraph graph;
  graph.add_node(op("a", [&](const Value& in) -> Value { return ++calls, in; }), "first");
  try {
    execute(graph, {.output_nodes = {{"firts"}}});
    FAIL();
  } catch (const InvalidArgumentError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("firts"), HasSubstr("first")));
  }
  EXPECT_EQ(calls, 0);
}

TEST(Conformance, execute_011) {
  XCSGraph graph;
  graph.add_node(op("a", [](const Value&) -> Value { return {{"a", 1}}; }), "a");
  graph.add_node(failing("boom"), "b");
  graph.add_node(echo(), "c");
  graph.add_edge("a", "b");
  for (const char* scheduler : {"sequential", "parallel", "wave", "auto"}) {
    try {
      execute(graph, {.scheduler = scheduler});
      FAIL() << scheduler;
    } catch (const ExecutionError& error) {
      EXPECT_EQ(error.node(), "b");
      EXPECT_EQ(error.path(), "b");
      EXPECT_EQ(message_of(error.cause()), "boom");
      EXPECT_THROW(std::rethrow_exception(error.cause()), std::runtime_error);
      EXPECT_EQ(error.partial_results()["a"], Value({{"a", 1}}));
      EXPECT_FALSE(error.partial_results().has("b"));
    }
  }
}

TEST(Conformance, execute_012) {
  std::atomic<int> c = 0;
  std::atomic<int> d = 0;
  XCSGraph graph;
  graph.add_node(echo(), "a");
  graph.add_node(failing("boom"), "b");
  graph.add_node(op("c", [&](const Value& in) -> Value { return ++c, in; }), "c");
  graph.add_node(op("d", [&](const Value& in) -> Value { return ++d, in; }), "d");
  graph.add_edge("b", "d");
  for (const char* scheduler : {"sequential", "parallel", "wave", "auto"}) {
    c = 0;
    try {
      execute(graph, {.scheduler = scheduler, .fail_fast = false});
      FAIL() << scheduler;
    } catch (const ExecutionErrorGroup& group) {
      ASSERT_EQ(group.errors().size(), 1U);
      EXPECT_EQ(group.errors()[0].first, "b");
      EXPECT_THAT(group.skipped(), ElementsAre("d"));
      EXPECT_THAT(group.what(), AllOf(HasSubstr("b"), HasSubstr("boom"), HasSubstr("d")));
      EXPECT_TRUE(group.partial_results().has("a"));
      EXPECT_TRUE(group.partial_results().has("c"));
      EXPECT_EQ(group.partial_results().size(), 2U);
    }
    EXPECT_EQ(c, 1) << scheduler;
    EXPECT_EQ(d, 0) << scheduler;
  }
}

TEST(Conformance, execute_013) {
  XCSGraph graph;
  graph.add_node(op("pair", [](const Value&) -> Value { return list({1, 2}); }), "node");
  EXPECT_EQ(execute(graph)["node"], list({1, 2}));
}

TEST(Conformance, execute_015) {
  XCSGraph graph;
  const auto field = [](const std::string& name) {
    return op(name, [name](const Value&) -> Value { return {{name, name}}; });
  };
  for (const std::string name : {"A", "B", "C", "D"})
    graph.add_node(name == "D" ? echo() : field(name), name);
  graph.add_edge("A", "B");
  graph.add_edge("A", "C");
  graph.add_edge("B", "D");
  graph.add_edge("C", "D");
  const std::string expected = R"({"A":{"A":"A"},"B":{"B":"B"},"C":{"C":"C"},"D":{"B":"B","C":"C"}})";
  for (const char* scheduler : {"sequential", "parallel", "wave", "auto"}) {
    for (int repeat = 0; repeat < 50; ++repeat) {
      EXPECT_EQ(to_json(execute(graph, {.scheduler = scheduler}).to_value()), expected) << scheduler;
    }
  }
}

TEST(Conformance, execute_020) {
  XCSGraph graph;
  graph.add_node(echo(), "good");
  graph.add_node(failing("boom"), "bad");
  const ExecutionResult result = execute_detailed(graph, Value({{"x", 1}}), {.fail_fast = false});
  EXPECT_EQ(result.get_result("good"), Value({{"x", 1}}));
  EXPECT_EQ(result.get_result("bad", "fallback"), Value("fallback"));
  EXPECT_THAT(message_of(result.get_error("bad")), HasSubstr("boom"));
  EXPECT_TRUE(result.has_error());
  EXPECT_TRUE(result.has_error("bad"));
  EXPECT_FALSE(result.has_error("good"));
  EXPECT_FALSE(result.is_complete());
  EXPECT_GT(result.execution_time, 0);
}

TEST(Execute, errors_are_found_by_every_name_of_their_node) {
  XCSGraph graph;
  const std::string id = graph.add_node(failing("boom"));
  graph.add_alias(id, "judge");
  const ExecutionResult result = execute_detailed(graph, {}, {.fail_fast = false});
  EXPECT_TRUE(result.has_error(id));
  EXPECT_TRUE(result.has_error("judge"));
  EXPECT_FALSE(result.has_error("panel"));
}

TEST(Conformance, scheduler_001) {
  const XCSGraph graph = chain_of_three();
  for (const char* scheduler : {"sequential", "topological", "parallel", "wave", "auto"}) {
    const Results results = execute(graph, Value({{"value", 5}}), {.scheduler = scheduler});
    EXPECT_EQ(results.to_value(),
              Value({{"a", {{"value", 10}}}, {"b", {{"value", 30}}}, {"c", {{"value", 120}}}}));
  }
}

TEST(Conformance, scheduler_002) {
  std::atomic<int> calls = 0;
  XCSGraph graph;
  graph.add_node(op("a", [&](const Value& in) -> Value { return ++calls, in; }), "a");
  graph.add_node(op("b", [&](const Value& in) -> Value { return ++calls, in; }), "b");
  graph.add_edge("a", "b");
  const Results results = execute(graph, {.scheduler = "noop"});
  EXPECT_EQ(results["a"]["_simulated"], Value(true));
  EXPECT_EQ(results["b"]["_simulated"], Value(true));
  EXPECT_EQ(calls, 0);
}

TEST(Execute, NoopHasMetricsOfNodesThatDidNotRun) {
  XCSGraph graph;
  graph.add_node(op("a", [](const Value& in) -> Value { return in; }), "a");
  const ExecutionOptions options{.scheduler = "noop", .collect_metrics = true};
  execute(graph, options);
  const auto detailed = execute_detailed(graph, {}, options);
  ASSERT_TRUE(detailed.metrics);
  for (const ExecutionMetrics& metrics : {last_metrics(), *detailed.metrics}) {
    EXPECT_EQ(metrics.scheduler, "noop");
    EXPECT_EQ(metrics.node_count, 0U);
    EXPECT_EQ(metrics.node_stats.at("a").status, NodeStats::Status::not_run);
  }
  EXPECT_FALSE(execute_detailed(graph, {}, {.scheduler = "noop"}).metrics);
}

TEST(Conformance, scheduler_004) {
  try {
    create_scheduler("bogus");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("bogus"), HasSubstr("auto, noop, parallel, sequential, topological, wave")));
  }
  EXPECT_THROW(create_scheduler("parallel", 0), InvalidArgumentError);
  EXPECT_THROW(create_scheduler("wave", -3), InvalidArgumentError);
  EXPECT_EQ(create_scheduler("WAVE").name(), "wave");
}

/// A sleeps long, B briefly, C follows B.
std::vector<std::string> run_two_lanes(const char* scheduler) {
  Log log;
  XCSGraph graph;
  graph.add_node(log.logged("A", std::chrono::milliseconds(200)), "A");
  graph.add_node(log.logged("B", std::chrono::milliseconds(10)), "B");
  graph.add_node(log.logged("C"), "C");
  graph.add_edge("B", "C");
  Runtime::simulated().run([&] { execute(graph, {.scheduler = scheduler}); });
  return log.entries();
}

TEST(Conformance, scheduler_006) {
  const auto entries = run_two_lanes("parallel");
  EXPECT_EQ(entries.back(), "-A");
  EXPECT_THAT(entries, ::testing::Contains("-C"));
}

TEST(Conformance, scheduler_007) {
  const auto entries = run_two_lanes("wave");
  EXPECT_THAT(std::vector(entries.end() - 3, entries.end()), ElementsAre("-A", "+C", "-C"));
}

TEST(Scheduler, ParallelOverlapsBlockingOperatorsInRealTime) {
  XCSGraph graph;
  Gate gate(6);
  for (int i = 0; i < 6; ++i) {
    graph.add_node(op("wait", [&gate](const Value&) -> Value { return gate.arrive(); }),
                   "n" + std::to_string(i));
  }
  for (const auto& [name, arrived] : execute(graph, {.scheduler = "parallel"})) {
    EXPECT_EQ(arrived, Value(true)) << name;
  }
}

TEST(Conformance, scheduler_008) {
  Log log;
  XCSGraph graph;
  for (const std::string name : {"a", "b1", "b2", "b3", "c1", "c2", "d"}) {
    graph.add_node(log.logged(name, std::chrono::milliseconds(1)), name);
  }
  for (const std::string b : {"b1", "b2", "b3"}) {
    graph.add_edge("a", b);
    graph.add_edge(b, b == "b1" ? "c1" : "c2", {{"*", b}});
  }
  graph.add_edge("c1", "d", {{"*", "c1"}});
  graph.add_edge("c2", "d", {{"*", "c2"}});
  Runtime::simulated({.seed = 3}).run([&] { execute(graph, {.scheduler = "wave"}); });
  const std::vector<std::vector<std::string>> waves = {{"a"}, {"b1", "b2", "b3"}, {"c1", "c2"}, {"d"}};
  EXPECT_EQ(graph.get_waves(), waves);
  for (std::size_t wave = 1; wave < waves.size(); ++wave) {
    for (const std::string& later : waves[wave]) {
      for (const std::string& earlier : waves[wave - 1]) {
        EXPECT_LT(log.position("-" + earlier), log.position("+" + later));
      }
    }
  }
}

TEST(Conformance, scheduler_011) {
  const auto caller = std::this_thread::get_id();
  std::atomic<int> elsewhere = 0;
  const auto here = [&](const Value& in) -> Value {
    if (std::this_thread::get_id() != caller) ++elsewhere;
    return in;
  };
  XCSGraph graph;
  graph.add_node(op("a", here), "a");
  execute(graph, Value({{"x", 1}}), {.scheduler = "auto"});
  graph.add_node(op("b", here), "b");
  graph.add_node(op("c", here), "c");
  graph.add_edge("a", "b");
  graph.add_edge("b", "c");
  EXPECT_EQ(execute(graph, Value({{"x", 1}}), {.scheduler = "auto"})["c"], Value({{"x", 1}}));
  EXPECT_EQ(elsewhere, 0);
}

TEST(Conformance, scheduler_012) {
  XCSGraph graph;
  Gate gate(6);
  for (int i = 0; i < 6; ++i) {
    graph.add_node(op("wait", [&gate](const Value&) -> Value { return gate.arrive(); }),
                   "n" + std::to_string(i));
  }
  for (const auto& [name, arrived] : execute(graph)) EXPECT_EQ(arrived, Value(true)) << name;
}

TEST(Conformance, scheduler_013) {
  XCSGraph graph;
  for (const std::string name : {"A", "B", "C", "D"}) graph.add_node(echo(), name);
  graph.add_edge("A", "B", {{"x", "b"}});
  graph.add_edge("A", "C", {{"x", "c"}});
  graph.add_edge("B", "D");
  graph.add_edge("C", "D");
  const Value inputs = {{"x", 5}};
  EXPECT_EQ(execute(graph, inputs, {.scheduler = TopologicalScheduler()}).to_value(),
            execute(graph, inputs, {.scheduler = TopologicalSchedulerWithParallelDispatch(2)}).to_value());
}

TEST(Scheduler, WaveSendsOneBatchPerLevel) {
  class Batching final : public Operator<> {
   public:
    explicit Batching(std::shared_ptr<std::vector<std::size_t>> sizes) : sizes_(std::move(sizes)) {}
    Value forward(const Value& in) const override { return in; }
    std::vector<Value> forward_batch(const std::vector<Value>& inputs) const override {
      sizes_->push_back(inputs.size());
      return inputs;
    }

   private:
    std::shared_ptr<std::vector<std::size_t>> sizes_;
  };
  const auto sizes = std::make_shared<std::vector<std::size_t>>();
  const Op<> batching = Batching(sizes);
  XCSGraph graph;
  for (const std::string name : {"a", "b", "c"}) graph.add_node(batching, name, {.inputs = {{"n", name}}});
  graph.add_node(batching, "d");
  graph.add_edge("a", "d");
  const Results results = execute(graph, {.scheduler = "wave"});
  EXPECT_EQ(results["b"], Value({{"n", "b"}}));
  EXPECT_EQ(results["d"], Value({{"n", "a"}}));
  EXPECT_THAT(*sizes, ElementsAre(3U));
}

TEST(Conformance, errors_010) {
  try {
    ExecutionOptions::from({{"invalid_option", true}});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "Invalid execution option: invalid_option");
    EXPECT_NE(dynamic_cast<const Error*>(&error), nullptr);
  }
}

TEST(Conformance, xcsapi_004) {
  XCSGraph graph;
  graph.add_node(failing("the timeout of my database"), "a");
  try {
    execute(graph);
    FAIL();
  } catch (const ExecutionTimeoutError&) {
    FAIL() << "classified by its text";
  } catch (const ExecutionError& error) {
    EXPECT_EQ(message_of(error.cause()), "the timeout of my database");
  }
}

TEST(Execute, NestedErrorsKeepOneLayerAndTheWholePath) {
  class Outer final : public Composite<> {
   public:
    Var<> forward(Var<> in) const override { return inner_(in); }

   private:
    Op<> inner_ = child("judge", failing("boom"));
  };
  XCSGraph graph;
  graph.add_node(Outer(), "panel");
  try {
    execute(graph);
    FAIL();
  } catch (const ExecutionError& error) {
    EXPECT_EQ(message_of(error.cause()), "boom");
    EXPECT_EQ(error.path(), "panel.judge");
  }
}

}  // namespace
}  // namespace ember::xcs
