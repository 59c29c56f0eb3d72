// Each execution option reaches the members of an ensemble, from a scope, from the process and from a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <ember/ask.hpp>
#include <ember/ensemble.hpp>
#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/log.hpp>
#include <ember/model_parameters.hpp>
#include <ember/result_cache.hpp>
#include <ember/runtime.hpp>
#include <ember/tracer.hpp>

#include "model/scripted_provider.hpp"
#include "support/scripted_model.hpp"

namespace ember::non {
namespace {

using namespace std::chrono_literals;
using test::ScriptedModels;
using ::testing::Contains;
using xcs::ExecutionOptions;

const Value question = {{"query", "q"}};

/// Calls an operator under options that come from somewhere.
using Caller = std::function<void(const Op<>&)>;

struct Level {
  const char* name;
  std::function<void(const ExecutionOptions&, const std::function<void(const Caller&)>&)> with;
};

const std::vector<Level>& levels() {
  static const std::vector<Level> all = {
      {"scope",
       [](const ExecutionOptions& options, const auto& body) {
         const auto scope = xcs::execution_options(options);
         body([](const Op<>& op) { op(question); });
       }},
      {"process_default",
       [](const ExecutionOptions& options, const auto& body) {
         xcs::set_execution_options(options);
         body([](const Op<>& op) { op(question); });
         xcs::reset_execution_options();
       }},
      {"argument_of_a_run",
       [](const ExecutionOptions& options, const auto& body) {
         body([&options](const Op<>& op) {
           xcs::XCSGraph graph;
           graph.add_node(op, "panel");
           xcs::execute(graph, question, options);
         });
       }},
      {"scope_around_a_composite",
       [](const ExecutionOptions& options, const auto& body) {
         const auto scope = xcs::execution_options(options);
         body(
             [](const Op<>& op) { ember::op("glue", [op](Var<> in) -> Var<> { return op(in); })(question); });
       }},
  };
  return all;
}

class EnsembleOptions : public ::testing::TestWithParam<std::size_t> {
 protected:
  void TearDown() override {
    xcs::reset_execution_options();
    set_log_hook({});
  }
  void under(const ExecutionOptions& options, const std::function<void(const Caller&)>& body) const {
    Runtime::simulated({.seed = 9}).run([&] { levels()[GetParam()].with(options, body); });
  }
  [[nodiscard]] double seconds_of(const Op<>& op, const ExecutionOptions& options) const {
    double seconds = -1;
    under(options, [&](const Caller& call) {
      const TimePoint start = Context::current().clock()->now();
      call(op);
      seconds = to_seconds(Context::current().clock()->now() - start);
    });
    return seconds;
  }
};

INSTANTIATE_TEST_SUITE_P(Levels, EnsembleOptions, ::testing::Range(std::size_t{0}, levels().size()),
                         [](const auto& level) { return std::string(levels()[level.param].name); });

Op<> panel(int members = 4) {
  return uniform_ensemble(members, "sim:echo?latency=10");
}

TEST_P(EnsembleOptions, UseParallel) {
  EXPECT_EQ(seconds_of(panel(), {.use_parallel = true}), 10);
  EXPECT_EQ(seconds_of(panel(), {.use_parallel = false}), 40);
}

TEST_P(EnsembleOptions, MaxWorkers) {
  EXPECT_EQ(seconds_of(panel(), {.max_workers = 4}), 10);
  EXPECT_EQ(seconds_of(panel(), {.max_workers = 2}), 20);
  EXPECT_EQ(seconds_of(panel(), {.max_workers = 1}), 40);
}

TEST_P(EnsembleOptions, Scheduler) {
  EXPECT_EQ(seconds_of(panel(), {.scheduler = "parallel"}), 10);
  EXPECT_EQ(seconds_of(panel(), {.scheduler = "sequential"}), 40);
}

TEST_P(EnsembleOptions, TimeoutSeconds) {
  under({.timeout_seconds = 4.0}, [](const Caller& call) {
    const TimePoint start = Context::current().clock()->now();
    EXPECT_THROW(call(panel()), xcs::ExecutionTimeoutError);
    EXPECT_EQ(Context::current().clock()->now() - start, 4s);
  });
  EXPECT_EQ(seconds_of(panel(), {.timeout_seconds = 11.0}), 10);
}

TEST_P(EnsembleOptions, EnableCaching) {
  for (const bool is_on : {true, false}) {
    const auto [models, registry] = ScriptedModels::make([](const ModelRequest&) { return "answer"; });
    const Op<> members = uniform_ensemble(3, "sim:m", {}, {.registry = registry});
    const Op<> twice = op("twice", [members](const Value& in) -> Value {
      EXPECT_EQ(members(in), members(in));
      return members(in);
    });
    under({.enable_caching = is_on}, [&twice](const Caller& call) { call(twice); });
    // Equal members are no equal calls.
    EXPECT_EQ(models->call_count(), is_on ? 3U : 9U);
  }
}

TEST_P(EnsembleOptions, TraceExecution) {
  for (const bool is_on : {true, false}) {
    xcs::clear_last_trace();
    under({.trace_execution = is_on}, [](const Caller& call) { call(panel(3)); });
    std::vector<std::string> names;
    for (const xcs::TraceRecord& record : xcs::last_trace().records) names.push_back(record.name());
    for (const char* unit : {"unit_1", "unit_2", "unit_3"}) {
      EXPECT_EQ(std::count(names.begin(), names.end(), unit), is_on ? 1 : 0);
    }
  }
}

TEST_P(EnsembleOptions, CollectMetrics) {
  under({.collect_metrics = true}, [](const Caller& call) { call(panel(3)); });
  EXPECT_EQ(xcs::last_metrics().usage.model_calls, 3);
  EXPECT_EQ(xcs::last_metrics().usage.attempts, 3);
  EXPECT_GT(xcs::last_metrics().usage.total_tokens, 0);
  EXPECT_EQ(xcs::last_metrics().execution_time_ms, 10'000);
}

TEST_P(EnsembleOptions, DeviceStrategy) {
  int warnings = 0;
  std::mutex mutex;
  const std::string strategy = "tpu:" + std::to_string(100 + GetParam());
  set_log_hook([&](LogLevel level, std::string_view message) {
    const std::lock_guard lock(mutex);
    if (level == LogLevel::warning && message.find(strategy) != std::string_view::npos) ++warnings;
  });
  under({.device_strategy = strategy}, [](const Caller& call) { call(panel(3)); });
  EXPECT_EQ(warnings, 1);
}

TEST_P(EnsembleOptions, FailFastIsTheEnsemblesOwn) {
  const auto fails_second = [](const ModelRequest& request) -> std::string {
    if (request.model == "bad") throw ProviderAPIError("refused", 400);
    return request.model;
  };
  for (const bool is_fast : {true, false}) {
    const auto [models, registry] = ScriptedModels::make(fails_second);
    const Op<> strict = varied_ensemble({"sim:a", "sim:bad"}, {.registry = registry});
    const Op<> lenient =
        varied_ensemble({"sim:a", "sim:bad"}, {.continue_on_errors = true, .registry = registry});
    under({.fail_fast = is_fast}, [&](const Caller& call) {
      EXPECT_THROW(call(strict), Error);
      EXPECT_NO_THROW(call(lenient));
    });
  }
}

TEST_P(EnsembleOptions, Debug) {
  std::mutex mutex;
  std::vector<std::string> messages;
  set_log_hook([&](LogLevel level, std::string_view message) {
    const std::lock_guard lock(mutex);
    if (level == LogLevel::debug) messages.emplace_back(message);
  });
  under({.debug = true}, [](const Caller& call) { call(panel(2)); });
  EXPECT_THAT(messages, Contains("unit_2: started"));
  EXPECT_THAT(messages, Contains("unit_2: finished after 10000.000 ms"));  // By the clock of the call.
}

TEST(EnsembleOptionsOfExecutor, ThreadHoldsAThreadForEachMember) {
  const auto seconds = [](const char* executor) {
    double taken = 0;
    Runtime::simulated({.max_threads = 3}).run([&] {
      const auto scope = xcs::execution_options({.executor = executor});
      const TimePoint start = Context::current().clock()->now();
      panel(8)(question);
      taken = to_seconds(Context::current().clock()->now() - start);
    });
    return taken;
  };
  EXPECT_EQ(seconds("auto"), 10);
  EXPECT_GT(seconds("thread"), 10);
}

TEST(ModelCaching, GoesByTheParametersInForce) {
  const auto [models, registry] = ScriptedModels::make([](const ModelRequest& request) {
    return std::to_string(request.parameters.temperature.value_or(-1));
  });
  const auto scope = xcs::execution_options({.enable_caching = true});
  for (const Op<>& asking :
       {ask("sim:m", {}, {.registry = registry}), uniform_ensemble(1, "sim:m", {}, {.registry = registry})}) {
    const Value plain = asking(question);
    {
      const auto warm = configure({.temperature = 1.0});
      EXPECT_NE(asking(question), plain);
      EXPECT_EQ(asking(question), asking(question));
    }
    EXPECT_EQ(asking(question), plain);
  }
  EXPECT_EQ(models->call_count(), 4U);
}

TEST(ModelMetrics, CountAttemptsTokensAndCostByNode) {
  testing::ScriptedProvider provider([](const ModelRequest& request) {
    if (request.attempt == 1) throw ProviderAPIError("busy", 503, true);
    Completion answer = testing::ScriptedProvider::echo(request);
    answer.usage = {.total_tokens = 30, .prompt_tokens = 10, .completion_tokens = 20};
    return answer;
  });
  const auto registry = provider.registry();
  registry->set_cost("dummy:m", {.input_per_thousand = 1, .output_per_thousand = 2});
  xcs::ExecutionMetrics metrics;
  Runtime::simulated().run([&] {
    xcs::XCSGraph graph;
    graph.add_node(ask("dummy:m", {}, {.registry = registry}), "asks");
    graph.add_node(op("computes", [](const Value& in) -> Value { return in; }), "computes");
    graph.add_node(uniform_ensemble(2, "dummy:m", {}, {.registry = registry}), "panel");
    xcs::execute(graph, question, {.collect_metrics = true});
    metrics = xcs::last_metrics();
  });
  const CallUsage one{.model_calls = 1,
                      .attempts = 2,
                      .prompt_tokens = 10,
                      .completion_tokens = 20,
                      .total_tokens = 30,
                      .cost_usd = 0.05};
  CallUsage two = one;
  two += one;
  EXPECT_EQ(metrics.node_stats.at("asks").usage, one);
  EXPECT_EQ(metrics.node_stats.at("computes").usage, CallUsage());
  EXPECT_EQ(metrics.node_stats.at("panel").usage, two);
  EXPECT_EQ(metrics.usage.attempts, 6);
  EXPECT_EQ(metrics.usage.total_tokens, 90);
  EXPECT_DOUBLE_EQ(metrics.usage.cost_usd, 0.15);
  EXPECT_GE(metrics.node_stats.at("asks").duration(), 1);  // It waited before the second attempt.
}

}  // namespace
}  // namespace ember::non
