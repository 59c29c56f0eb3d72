// Options that make no sense, and scopes that end where they must not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/log.hpp>
#include <ember/runtime.hpp>

namespace ember::xcs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OptionMisuse : public ::testing::Test {
 protected:
  void SetUp() override {
    set_log_hook([this](LogLevel level, std::string_view message) {
      const std::lock_guard lock(mutex_);
      if (level == LogLevel::warning) warnings_.emplace_back(message);
    });
  }
  void TearDown() override {
    reset_execution_options();
    set_log_hook({});
  }
  std::vector<std::string> warnings() {
    const std::lock_guard lock(mutex_);
    return warnings_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> warnings_;
};

TEST_F(OptionMisuse, EachBadValueIsRefusedInTheseWords) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::string value_of = "Invalid value for execution option ";
  const std::string workers = value_of + "max_workers: expected an integer of at least 1, got ";
  const std::string timeout = value_of + "timeout_seconds: expected a number above 0, got ";
  const std::vector<std::pair<Value, std::string>> refusals = {
      {{{"invalid_option", 1}}, "Invalid execution option: invalid_option"},
      {{{"zeta", 1}, {"max_workers", 2}, {"alpha", 2}}, "Invalid execution options: alpha, zeta"},
      {{{"Max_Workers", 1}}, "Invalid execution option: Max_Workers"},
      {{{"", 1}}, "Invalid execution option: "},
      {{{"output_nodes", list({"a"})}}, "Invalid execution option: output_nodes"},
      {{{"max_workers", 0}}, workers + "0"},
      {{{"max_workers", -3}}, workers + "-3"},
      {{{"max_workers", 2.5}}, workers + "2.5"},
      {{{"max_workers", 4.0}}, workers + "4.0"},
      {{{"max_workers", true}}, workers + "true"},
      {{{"max_workers", "4"}}, workers + "'4'"},
      {{{"max_workers", list({1})}}, workers + "list"},
      {{{"timeout_seconds", 0}}, timeout + "0.0"},
      {{{"timeout_seconds", -1.5}}, timeout + "-1.5"},
      {{{"timeout_seconds", nan}}, timeout + "nan"},
      {{{"timeout_seconds", infinity}}, timeout + "inf"},
      {{{"timeout_seconds", "10"}}, timeout + "'10'"},
      {{{"timeout_seconds", true}}, timeout + "true"},
      {{{"use_parallel", 1}}, value_of + "use_parallel: expected true or false, got 1"},
      {{{"enable_caching", "yes"}}, value_of + "enable_caching: expected true or false, got 'yes'"},
      {{{"trace_execution", Value()}}, value_of + "trace_execution: expected true or false, got null"},
      {{{"collect_metrics", 0}}, value_of + "collect_metrics: expected true or false, got 0"},
      {{{"debug", 0.0}}, value_of + "debug: expected true or false, got 0.0"},
      {{{"fail_fast", "true"}}, value_of + "fail_fast: expected true or false, got 'true'"},
      {{{"scheduler", 3}}, value_of + "scheduler: expected a string, got 3"},
      {{{"executor", "fibers"}}, value_of + "executor: expected auto, async or thread, got 'fibers'"},
      {{{"executor", true}}, value_of + "executor: expected a string, got true"},
      {{{"device_strategy", "abacus"}},
       value_of + "device_strategy: expected auto, cpu, gpu, cuda, tpu or <kind>:<index>, got 'abacus'"},
      {{{"device_strategy", "gpu:"}},
       value_of + "device_strategy: expected auto, cpu, gpu, cuda, tpu or <kind>:<index>, got 'gpu:'"},
      {{{"device_strategy", "gpu:-1"}},
       value_of + "device_strategy: expected auto, cpu, gpu, cuda, tpu or <kind>:<index>, got 'gpu:-1'"},
      {{{"device_strategy", "auto:0"}},
       value_of + "device_strategy: expected auto, cpu, gpu, cuda, tpu or <kind>:<index>, got 'auto:0'"},
  };
  for (const auto& [settings, message] : refusals) {
    try {
      ExecutionOptions::from(settings);
      ADD_FAILURE() << "accepted; expected: " << message;
    } catch (const InvalidArgumentError& error) {
      EXPECT_EQ(std::string(error.what()), message);
    }
  }
}

TEST_F(OptionMisuse, SettingsThatAreNoMappingAreRefused) {
  for (const Value& settings : {Value(3), Value("max_workers=3"), list({1})}) {
    EXPECT_THROW(ExecutionOptions::from(settings), InvalidArgumentError);
  }
  EXPECT_NO_THROW(ExecutionOptions::from(Value()));
  EXPECT_NO_THROW(ExecutionOptions::from(Value::mapping({})));
}

TEST_F(OptionMisuse, NamesAreTakenInAnyCase) {
  for (const char* name : {"CPU", "Gpu", "cuda", "TPU:3", "gpu:0", "Auto"}) {
    EXPECT_NO_THROW(ExecutionOptions::from({{"device_strategy", name}})) << name;
  }
  for (const char* name : {"AUTO", "Async", "thread"}) {
    EXPECT_NO_THROW(ExecutionOptions::from({{"executor", name}})) << name;
  }
  for (const char* name : {"AUTO", "Wave", "TOPOLOGICAL", "noop"}) {
    EXPECT_NO_THROW(ExecutionOptions::from({{"scheduler", name}})) << name;
  }
  XCSGraph graph;
  graph.add_node(op("where", [](const Value&) -> Value { return Context::current().device(); }), "a");
  EXPECT_EQ(execute(graph, {.device_strategy = "Cpu"})["a"], Value("cpu"));
}

TEST_F(OptionMisuse, NullLeavesAnOptionOpen) {
  const auto options =
      ExecutionOptions::from({{"max_workers", {}}, {"timeout_seconds", {}}, {"scheduler", {}}});
  EXPECT_FALSE(options.max_workers || options.timeout_seconds || options.scheduler);
}

TEST_F(OptionMisuse, EveryLevelRefusesAndChangesNothing) {
  set_execution_options({.max_workers = 3});
  std::vector<ExecutionOptions> bad;
  bad.push_back({.max_workers = 0});
  bad.push_back({.timeout_seconds = -1.0});
  bad.push_back({.timeout_seconds = std::numeric_limits<double>::quiet_NaN()});
  bad.push_back({.device_strategy = "abacus"});
  bad.push_back({.max_workers = 8, .executor = "fibers"});
  int calls = 0;
  XCSGraph graph;
  graph.add_node(op("count", [&calls](const Value&) -> Value { return ++calls; }), "a");
  for (const ExecutionOptions& options : bad) {
    EXPECT_THROW((void)set_execution_options(options), InvalidArgumentError);
    EXPECT_THROW((void)execution_options(options), InvalidArgumentError);
    EXPECT_THROW((void)execute(graph, options), InvalidArgumentError);
    EXPECT_THROW((void)execute_detailed(graph, {}, options), InvalidArgumentError);
    EXPECT_THROW((void)CompiledGraph(graph).run({}, options), InvalidArgumentError);
    EXPECT_THROW(CompiledGraph(graph).run_async({}, options, [](const RunOutcome&) {}), InvalidArgumentError);
    EXPECT_EQ(get_execution_options().max_workers, 3);
  }
  EXPECT_EQ(calls, 0);
}

TEST_F(OptionMisuse, WhatOnlyExecuteTakesIsRefusedElsewhere) {
  std::stop_source source;
  const ExecutionOptions with_stop{.stop_token = source.get_token()};
  const ExecutionOptions with_nodes{.output_nodes = "a"};
  for (const ExecutionOptions& options : {with_stop, with_nodes}) {
    EXPECT_THROW((void)execution_options(options), InvalidArgumentError);
    EXPECT_THROW((void)set_execution_options(options), InvalidArgumentError);
  }
}

TEST_F(OptionMisuse, HugeTimeoutsAreNoDeadline) {
  XCSGraph graph;
  graph.add_node(op("quick", [](const Value&) -> Value { return 1; }), "a");
  for (const double seconds : {1e9, 1e18, 1e300}) {
    EXPECT_EQ(execute(graph, {.timeout_seconds = seconds})["a"], Value(1)) << seconds;
  }
}

// Scopes
// -----------------------------------------------------------------------------------------------------------

std::unique_ptr<ExecutionScope> scope_of(int workers) {
  return std::make_unique<ExecutionScope>(ExecutionOptions{.max_workers = workers});
}

#ifndef NDEBUG

using OptionMisuseDeathTest = OptionMisuse;

TEST_F(OptionMisuseDeathTest, ADebugBuildAssertsTheThread) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto scope = scope_of(3);
        std::thread([&] { scope.reset(); }).join();
      },
      "a scope must end on the thread that made it");
}

TEST_F(OptionMisuseDeathTest, ADebugBuildAssertsTheOrder) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto outer = scope_of(3);
        auto inner = scope_of(4);
        outer.reset();
      },
      "scopes must end innermost first");
}

#else

TEST_F(OptionMisuse, AScopeThatEndsOutOfOrderLeavesTheInnerOneAsItWas) {
  auto outer = scope_of(3);
  auto inner = scope_of(4);
  outer.reset();
  EXPECT_EQ(get_execution_options().max_workers, 4);
  inner.reset();
  EXPECT_EQ(get_execution_options().max_workers, std::nullopt);
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("execution_options ended while a later scope")));
}

TEST_F(OptionMisuse, AScopeThatEndsElsewhereStaysUntilOneAroundItEnds) {
  {
    const auto around = execution_options({.max_workers = 2});
    auto scope = scope_of(3);
    std::thread([&] {
      scope.reset();
      EXPECT_EQ(get_execution_options().max_workers, std::nullopt);
    }).join();
    EXPECT_EQ(get_execution_options().max_workers, 3);
    {
      const auto inside = execution_options({.max_workers = 4});
      EXPECT_EQ(get_execution_options().max_workers, 4);
    }
    EXPECT_EQ(get_execution_options().max_workers, 3);
  }
  EXPECT_EQ(get_execution_options().max_workers, std::nullopt);
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("execution_options ended on another thread")));
}

TEST_F(OptionMisuse, AnOperatorThatLeavesAScopeBehindHarmsNobody) {
  XCSGraph graph;
  graph.add_node(op("careless",
                    [](const Value&) -> Value {
                      auto scope = scope_of(3);
                      std::thread([&] { scope.reset(); }).join();
                      return get_execution_options().max_workers.value_or(-1);
                    }),
                 "a");
  EXPECT_EQ(execute(graph)["a"], Value(3));
  EXPECT_EQ(get_execution_options().max_workers, std::nullopt);
}

TEST_F(OptionMisuse, TracersFollowTheSameRules) {
  const auto around = execution_options({});
  auto tracer = std::make_unique<TracerContext>();
  std::thread([&] { tracer.reset(); }).join();
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("TracerContext ended on another thread")));
}

#endif

}  // namespace
}  // namespace ember::xcs
