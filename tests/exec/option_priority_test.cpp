// Which of several levels an option comes from, field by field; scheduler against use_parallel; threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <thread>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/json.hpp>

#include "support/gate.hpp"

namespace ember::xcs {
namespace {

class OptionPriority : public ::testing::Test {
 protected:
  void TearDown() override { reset_execution_options(); }
};
using PriorityConformance = OptionPriority;

/// Two values of a field, both other than its default where there are two such, by name.
struct Field {
  const char* name;
  Value low;
  Value high;
};

const std::vector<Field>& fields() {
  static const std::vector<Field> all = {
      {"use_parallel", false, true},
      {"max_workers", 5, 7},
      {"device_strategy", "cpu", "gpu:0"},
      {"enable_caching", true, false},
      {"trace_execution", true, false},
      {"timeout_seconds", 50.0, 70.0},
      {"scheduler", "wave", "parallel"},
      {"collect_metrics", true, false},
      {"debug", true, false},
      {"executor", "async", "thread"},
      {"fail_fast", false, true},
  };
  return all;
}

/// The options in force on this thread, in the string-keyed form, without those that are open.
Value in_force() {
  const ExecutionOptions options = get_execution_options();
  std::vector<std::pair<std::string, Value>> shown;
  const auto add = [&shown](const char* name, const auto& field) {
    if (field) shown.emplace_back(name, Value(*field));
  };
  add("use_parallel", options.use_parallel);
  add("max_workers", options.max_workers);
  add("device_strategy", options.device_strategy);
  add("enable_caching", options.enable_caching);
  add("trace_execution", options.trace_execution);
  add("timeout_seconds", options.timeout_seconds);
  if (options.scheduler) shown.emplace_back("scheduler", std::string(options.scheduler->name()));
  add("collect_metrics", options.collect_metrics);
  add("debug", options.debug);
  add("executor", options.executor);
  add("fail_fast", options.fail_fast);
  return Value::mapping(std::move(shown));
}

enum Place : std::size_t { process, outer_scope, inner_scope, argument, places };

/// What a node of a run sees when the given options are set at the four levels; on a thread of the engine.
Value seen_by_a_node(const std::array<ExecutionOptions, places>& given) {
  reset_execution_options();
  set_execution_options(given[process]);
  const auto outer = execution_options(given[outer_scope]);
  const auto inner = execution_options(given[inner_scope]);
  XCSGraph graph;
  graph.add_node(op("look", [](const Value&) { return in_force(); }), "a");
  ExecutionOptions explicit_options = given[argument];
  if (!explicit_options.executor && !given[process].executor && !given[outer_scope].executor &&
      !given[inner_scope].executor) {
    explicit_options.executor = "async";
  }
  return execute(graph, explicit_options)["a"];
}

ExecutionOptions only(const Field& field, const Value& value) {
  return ExecutionOptions::from(Value::mapping({{field.name, value}}));
}

TEST_F(OptionPriority, OfEachFieldGoesFromArgumentToInnerToOuterToProcess) {
  for (const Field& field : fields()) {
    for (std::size_t lower = process; lower < places; ++lower) {
      std::array<ExecutionOptions, places> given;
      given[lower] = only(field, field.low);
      EXPECT_EQ(seen_by_a_node(given)[field.name], field.low) << field.name << " at " << lower;
      for (std::size_t higher = lower + 1; higher < places; ++higher) {
        std::array<ExecutionOptions, places> both = given;
        both[higher] = only(field, field.high);
        EXPECT_EQ(seen_by_a_node(both)[field.name], field.high)
            << field.name << " at " << lower << " and " << higher;
      }
    }
  }
}

TEST_F(OptionPriority, FieldsOfDifferentLevelsMeet) {
  for (const Field& field : fields()) {
    for (const Field& other : fields()) {
      const std::string pair = std::string(field.name) + other.name;
      if (field.name == other.name || pair == "use_parallelscheduler" || pair == "scheduleruse_parallel")
        continue;
      std::array<ExecutionOptions, places> given;
      given[outer_scope] = only(field, field.low);
      given[inner_scope] = only(other, other.low);
      const Value seen = seen_by_a_node(given);
      EXPECT_EQ(seen[field.name], field.low) << field.name << " around " << other.name;
      EXPECT_EQ(seen[other.name], other.low) << other.name << " in " << field.name;
    }
  }
}

TEST_F(OptionPriority, EveryFieldIsInherited) {
  std::vector<std::pair<std::string, Value>> all;
  for (const Field& field : fields()) all.emplace_back(field.name, field.low);
  const Value settings = Value::mapping(std::move(all));
  for (std::size_t level = process; level < places; ++level) {
    std::array<ExecutionOptions, places> given;
    given[level] = ExecutionOptions::from(settings);
    EXPECT_EQ(seen_by_a_node(given), settings) << level;
  }
}

TEST_F(OptionPriority, RestoringGivesEveryFieldBack) {
  const Value before = in_force();
  for (const Field& field : fields()) {
    {
      const auto scope = execution_options(only(field, field.low));
      EXPECT_EQ(in_force()[field.name], field.low);
    }
    EXPECT_EQ(in_force(), before) << field.name;
  }
}

/// `scheduler` and `use_parallel` of two levels; what is in force then.
struct Meeting {
  const char* lower;
  const char* higher;
  bool is_parallel;
  const char* scheduler;
};

TEST_F(OptionPriority, SchedulerAgainstUseParallel) {
  const std::vector<Meeting> meetings = {
      {"{}", "{}", true, ""},
      {"{}", R"({"scheduler": "sequential"})", false, "sequential"},
      {"{}", R"({"scheduler": "topological"})", false, "sequential"},
      {"{}", R"({"scheduler": "noop"})", false, "noop"},
      {"{}", R"({"scheduler": "parallel"})", true, "parallel"},
      {"{}", R"({"scheduler": "wave"})", true, "wave"},
      {"{}", R"({"scheduler": "auto"})", true, "auto"},
      {"{}", R"({"use_parallel": false})", false, ""},
      {"{}", R"({"scheduler": "parallel", "use_parallel": false})", false, "parallel"},
      {"{}", R"({"scheduler": "sequential", "use_parallel": true})", false, "sequential"},
      {"{}", R"({"max_workers": 1})", false, ""},
      {"{}", R"({"max_workers": 2})", true, ""},
      {R"({"scheduler": "sequential"})", R"({"use_parallel": true})", true, ""},
      {R"({"scheduler": "noop"})", R"({"use_parallel": true})", true, ""},
      {R"({"scheduler": "sequential"})", R"({"use_parallel": false})", false, "sequential"},
      {R"({"scheduler": "wave"})", R"({"use_parallel": false})", false, ""},
      {R"({"scheduler": "wave"})", R"({"use_parallel": true})", true, "wave"},
      {R"({"scheduler": "sequential"})", R"({"scheduler": "wave"})", true, "wave"},
      {R"({"scheduler": "wave"})", R"({"scheduler": "sequential"})", false, "sequential"},
      {R"({"use_parallel": false})", R"({"scheduler": "parallel"})", true, "parallel"},
      {R"({"use_parallel": true})", R"({"scheduler": "sequential"})", false, "sequential"},
      {R"({"use_parallel": false})", R"({"max_workers": 4})", false, ""},
  };
  for (const Meeting& meeting : meetings) {
    SCOPED_TRACE(std::string(meeting.lower) + " under " + meeting.higher);
    const auto lower = ExecutionOptions::from(parse_json(meeting.lower));
    const auto higher = ExecutionOptions::from(parse_json(meeting.higher));
    const auto check = [&](const ExecutionOptions& options) {
      EXPECT_EQ(options.is_parallel(), meeting.is_parallel);
      EXPECT_EQ(options.scheduler ? std::string(options.scheduler->name()) : "", meeting.scheduler);
    };
    {
      const auto outer = execution_options(lower);
      const auto inner = execution_options(higher);
      check(get_execution_options());
    }
    set_execution_options(lower);
    {
      const auto scope = execution_options(higher);
      check(get_execution_options());
    }
    check(set_execution_options(higher));
    reset_execution_options();
  }
}

TEST_F(OptionPriority, ThreadsDoNotSeeTheScopesOfEachOther) {
  clear_last_trace();
  testing::Gate inside(2);
  testing::Gate looked(2);
  const auto look = [&](int workers) {
    const auto scope = execution_options({.max_workers = workers, .trace_execution = workers == 3});
    ASSERT_TRUE(inside.arrive());
    EXPECT_EQ(get_execution_options().max_workers, workers);
    XCSGraph graph;
    for (const char* name : {"a", "b", "c"}) {
      graph.add_node(op("look", [](const Value&) -> Value { return *get_execution_options().max_workers; }),
                     name);
    }
    for (const auto& [name, seen] : execute(graph, {.executor = "async"})) EXPECT_EQ(seen, Value(workers));
    EXPECT_EQ(last_trace().size(), workers == 3 ? 3U : 0U);
    ASSERT_TRUE(looked.arrive());
  };
  std::thread other([&] { look(3); });
  look(4);
  other.join();
  EXPECT_EQ(get_execution_options().max_workers, std::nullopt);
}

TEST_F(PriorityConformance, execution_options_024) {
  // One type under every name that the documents import it by.
  static_assert(std::is_same_v<decltype(execution_options({})), ExecutionScope>);
  EXPECT_TRUE((std::is_same_v<decltype(get_execution_options()), ExecutionOptions>));
}

TEST_F(PriorityConformance, execution_options_025) {
  const auto scope = ember::xcs::execution_options({.max_workers = 6});
  XCSGraph graph;
  graph.add_node(op("look", [](const Value&) -> Value { return *get_execution_options().max_workers; }), "a");
  EXPECT_EQ(execute_graph(graph)["a"], Value(6));
  EXPECT_EQ(CompiledGraph(graph).run()["a"], Value(6));
}

TEST_F(PriorityConformance, execution_options_033) {
  const auto step = [](const std::string& name) {
    return op(name, [](const Value& in) -> Value { return {{"n", in["n"].integer() + 1}}; });
  };
  XCSGraph graph;
  for (const char* name : {"a", "b", "c"}) graph.add_node(step(name), name);
  graph.add_edge("a", "b");
  graph.add_edge("b", "c");
  const Value plain = execute(graph, Value({{"n", 0}})).to_value();
  const auto scope = execution_options({.trace_execution = true});
  EXPECT_EQ(execute(graph, Value({{"n", 0}})).to_value(), plain);
  const Trace trace = last_trace();
  ASSERT_EQ(trace.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto number = static_cast<std::int64_t>(i);
    EXPECT_EQ(trace.records[i].operator_name, std::string(1, static_cast<char>('a' + i)));
    EXPECT_EQ(trace.records[i].inputs, Value({{"n", number}}));
    EXPECT_EQ(trace.records[i].outputs, Value({{"n", number + 1}}));
    EXPECT_GE(trace.records[i].duration(), Duration::zero());
  }
}

TEST_F(PriorityConformance, execution_options_034) {
  XCSGraph graph;
  for (const char* name : {"a", "b", "c", "d"}) {
    graph.add_node(op(name, [](const Value& in) -> Value { return in; }), name);
  }
  const auto scope = execution_options({.collect_metrics = true});
  execute(graph);
  EXPECT_EQ(last_metrics().node_count, 4U);
  EXPECT_GT(last_metrics().execution_time_ms, 0);
}

}  // namespace
}  // namespace ember::xcs
