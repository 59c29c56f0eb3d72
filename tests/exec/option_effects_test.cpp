// Each execution option has an effect that can be seen, wherever it is set and wherever the work runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/log.hpp>
#include <ember/result_cache.hpp>
#include <ember/runtime.hpp>

#include "exec/device_placement.hpp"

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;

/// Runs a graph under options that come from somewhere.
using Runner = std::function<void(const XCSGraph&)>;

/// A place to set options: runs `body` with a way to run graphs under them.
struct Level {
  const char* name;
  std::function<void(const ExecutionOptions&, const std::function<void(const Runner&)>&)> with;
};

void execute_plainly(const XCSGraph& graph) {
  execute(graph);
}

/// The run inside a node of another run, and that inside a third.
void execute_nested(const XCSGraph& graph, const ExecutionOptions& options) {
  XCSGraph middle;
  middle.add_node(op("middle", [&graph](const Value&) -> Value { return execute(graph).to_value(); }),
                  "middle");
  XCSGraph outer;
  outer.add_node(op("outer", [&middle](const Value&) -> Value { return execute(middle).to_value(); }),
                 "outer");
  execute(outer, options);
}

/// A run that no thread waits in.
void execute_async(const XCSGraph& graph, const ExecutionOptions& options) {
  std::stop_source over;
  Result<Results> outcome = Results();
  CompiledGraph(graph).run_async({}, options, [&](const RunOutcome& run) {
    outcome = run.results;
    over.request_stop();
  });
  Context::current().clock()->sleep_until(TimePoint::max(), over.get_token());
  if (!outcome) std::rethrow_exception(outcome.error());
}

const std::vector<Level>& levels() {
  static const std::vector<Level> all = {
      {"explicit argument",
       [](const ExecutionOptions& options, const auto& body) {
         body([&](const XCSGraph& graph) { execute(graph, options); });
       }},
      {"scope",
       [](const ExecutionOptions& options, const auto& body) {
         const auto scope = execution_options(options);
         body(execute_plainly);
       }},
      {"outer scope",
       [](const ExecutionOptions& options, const auto& body) {
         const auto outer = execution_options(options);
         const auto inner = execution_options({});
         body(execute_plainly);
       }},
      {"process default",
       [](const ExecutionOptions& options, const auto& body) {
         set_execution_options(options);
         body(execute_plainly);
         reset_execution_options();
       }},
      {"argument of the outermost of three nested runs",
       [](const ExecutionOptions& options, const auto& body) {
         body([&](const XCSGraph& graph) { execute_nested(graph, options); });
       }},
      {"scope around three nested runs",
       [](const ExecutionOptions& options, const auto& body) {
         const auto scope = execution_options(options);
         body([](const XCSGraph& graph) { execute_nested(graph, {}); });
       }},
      {"scope around a plain call that runs the graph",
       [](const ExecutionOptions& options, const auto& body) {
         const auto scope = execution_options(options);
         body([](const XCSGraph& graph) {
           op("call", [&graph](const Value&) -> Value { return execute(graph).to_value(); })({});
         });
       }},
      {"argument of an asynchronous run",
       [](const ExecutionOptions& options, const auto& body) {
         body([&](const XCSGraph& graph) { execute_async(graph, options); });
       }},
  };
  return all;
}

class OptionEffects : public ::testing::TestWithParam<std::size_t> {
 protected:
  void TearDown() override {
    reset_execution_options();
    set_log_hook({});
  }

  /// Calls `body` in simulated time, under `options` set at the level of this test.
  void under(const ExecutionOptions& options, const std::function<void(const Runner&)>& body) const {
    SCOPED_TRACE(levels()[GetParam()].name);
    Runtime::simulated({.seed = 5}).run([&] { levels()[GetParam()].with(options, body); });
  }

  /// Seconds that `graph` takes.
  [[nodiscard]] double seconds_of(const XCSGraph& graph, const ExecutionOptions& options) const {
    double seconds = -1;
    under(options, [&](const Runner& run) {
      const TimePoint start = Context::current().clock()->now();
      run(graph);
      seconds = to_seconds(Context::current().clock()->now() - start);
    });
    return seconds;
  }
};

std::string level_name(const ::testing::TestParamInfo<std::size_t>& info) {
  std::string name = levels()[info.param].name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Levels, OptionEffects, ::testing::Range(std::size_t{0}, levels().size()),
                         level_name);

Op<> sleeper(Duration time) {
  return op("sleeper", [time](const Value& in) -> Value {
    (void)Context::current().sleep_for(time);
    return in;
  });
}

XCSGraph sleepers(int count) {
  XCSGraph graph;
  for (int i = 0; i < count; ++i) graph.add_node(sleeper(10s), "n" + std::to_string(i));
  return graph;
}

TEST_P(OptionEffects, UseParallel) {
  EXPECT_EQ(seconds_of(sleepers(3), {.use_parallel = true}), 10);
  EXPECT_EQ(seconds_of(sleepers(3), {.use_parallel = false}), 30);
}

TEST_P(OptionEffects, MaxWorkers) {
  EXPECT_EQ(seconds_of(sleepers(4), {.max_workers = 4}), 10);
  EXPECT_EQ(seconds_of(sleepers(4), {.max_workers = 2}), 20);
  EXPECT_EQ(seconds_of(sleepers(4), {.max_workers = 1}), 40);
}

TEST_P(OptionEffects, Scheduler) {
  // A long beside B short, which C follows.
  XCSGraph graph;
  graph.add_node(sleeper(100s), "A");
  graph.add_node(sleeper(10s), "B");
  graph.add_node(sleeper(10s), "C");
  graph.add_order("B", "C");
  EXPECT_EQ(seconds_of(graph, {.scheduler = "parallel"}), 100);
  EXPECT_EQ(seconds_of(graph, {.scheduler = "wave"}), 110);
  EXPECT_EQ(seconds_of(graph, {.scheduler = "sequential"}), 120);
}

TEST_P(OptionEffects, TimeoutSeconds) {
  under({.timeout_seconds = 5.0}, [](const Runner& run) {
    const TimePoint start = Context::current().clock()->now();
    EXPECT_THROW(run(sleepers(1)), ExecutionTimeoutError);
    EXPECT_EQ(Context::current().clock()->now() - start, 5s);
    const Op<> quick = op("quick", [](const Value& in) -> Value { return in; });
    XCSGraph graph;
    graph.add_node(quick, "a");
    EXPECT_NO_THROW(run(graph));
  });
}

TEST_P(OptionEffects, EnableCaching) {
  std::atomic<int> calls = 0;
  const Op<> counted = op("counted", [&calls](const Value&) -> Value { return ++calls; });
  XCSGraph graph;
  graph.add_node(counted, "first", {.inputs = {{"n", 1}}});
  graph.add_node(counted, "second", {.inputs = {{"n", 1}}});
  graph.add_order("first", "second");
  under({.enable_caching = true}, [&](const Runner& run) { run(graph); });
  EXPECT_EQ(calls, 1);
  calls = 0;
  under({.enable_caching = false}, [&](const Runner& run) { run(graph); });
  EXPECT_EQ(calls, 2);
}

TEST_P(OptionEffects, TraceExecution) {
  if (GetParam() + 1 == levels().size()) GTEST_SKIP() << "no thread waits: the trace is part of the outcome";
  for (const bool is_on : {true, false}) {
    clear_last_trace();
    under({.trace_execution = is_on}, [](const Runner& run) { run(sleepers(3)); });
    std::size_t found = 0;
    for (const TraceRecord& record : last_trace().records)
      found += record.operator_name == "sleeper" ? 1U : 0U;
    EXPECT_EQ(found, is_on ? 3U : 0U);
  }
}

TEST_P(OptionEffects, CollectMetrics) {
  if (GetParam() + 1 == levels().size())
    GTEST_SKIP() << "no thread waits: the metrics are part of the outcome";
  for (const bool is_on : {true, false}) {
    ExecutionMetrics before;
    under({.collect_metrics = true}, [](const Runner& run) { run(XCSGraph()); });
    under({.collect_metrics = is_on}, [](const Runner& run) { run(sleepers(2)); });
    EXPECT_EQ(last_metrics().execution_time_ms, is_on ? 10'000 : 0);
  }
}

TEST_P(OptionEffects, DeviceStrategy) {
  forget_placement_warnings();
  std::mutex mutex;
  int warnings = 0;
  set_log_hook([&](LogLevel level, std::string_view message) {
    const std::lock_guard lock(mutex);
    if (level == LogLevel::warning && message.find("'tpu:77'") != std::string_view::npos) ++warnings;
  });
  under({.device_strategy = "cpu"}, [](const Runner& run) { run(sleepers(2)); });
  EXPECT_EQ(warnings, 0);
  under({.device_strategy = "tpu:77"}, [](const Runner& run) { run(sleepers(2)); });
  EXPECT_EQ(warnings, 1);
}

TEST_P(OptionEffects, FailFast) {
  std::atomic<int> calls = 0;
  XCSGraph graph;
  graph.add_node(op("bad", [](const Value&) -> Value { throw std::runtime_error("bad"); }), "bad");
  graph.add_node(op("good", [&calls](const Value&) -> Value { return ++calls; }), "good");
  const auto run_it = [&](bool is_fast) {
    under({.scheduler = "sequential", .fail_fast = is_fast},
          [&](const Runner& run) { EXPECT_THROW(run(graph), Error); });
  };
  run_it(true);
  EXPECT_EQ(calls, 0);
  run_it(false);
  EXPECT_EQ(calls, 1);
}

TEST_P(OptionEffects, Debug) {
  std::mutex mutex;
  std::vector<std::string> messages;
  set_log_hook([&](LogLevel level, std::string_view message) {
    const std::lock_guard lock(mutex);
    if (level == LogLevel::debug && message.starts_with("n0: ")) messages.emplace_back(message);
  });
  under({.debug = false}, [](const Runner& run) { run(sleepers(1)); });
  EXPECT_TRUE(messages.empty());
  under({.debug = true}, [](const Runner& run) { run(sleepers(1)); });
  EXPECT_THAT(messages, ::testing::ElementsAre("n0: started", "n0: finished after 10000.000 ms"));
}

TEST_P(OptionEffects, Executor) {
  const auto thread_of_node = [&](const char* executor) {
    std::thread::id here;
    std::thread::id there;
    XCSGraph graph;
    graph.add_node(op("where",
                      [&there](const Value& in) -> Value {
                        there = std::this_thread::get_id();
                        return in;
                      }),
                   "a");
    under({.executor = executor}, [&](const Runner& run) {
      here = std::this_thread::get_id();
      run(graph);
    });
    return there == here;
  };
  const bool is_async_run = GetParam() + 1 == levels().size();
  EXPECT_EQ(thread_of_node("auto"), !is_async_run);
  EXPECT_FALSE(thread_of_node("async"));
  EXPECT_FALSE(thread_of_node("thread"));
  EXPECT_FALSE(thread_of_node("Async"));
  EXPECT_EQ(thread_of_node("AUTO"), !is_async_run);
}

/// Answers after ten seconds, from a timer; tells on which thread it was started.
class Late final : public Operator<> {
 public:
  explicit Late(std::atomic<int>* waiting) : waiting_(waiting) {}
  void forward_async(Value inputs, Context context, Completion done) const override {
    ++*waiting_;
    auto shared = std::make_shared<Completion>(std::move(done));
    context.clock()->call_at(context.clock()->now() + 10s, [shared, inputs] { (*shared)(inputs); });
  }

 private:
  std::atomic<int>* waiting_;
};

TEST(OptionEffectsOfExecutor, ThreadHoldsAThreadForEachAsynchronousLeaf) {
  std::atomic<int> started = 0;
  XCSGraph graph;
  for (int i = 0; i < 6; ++i) graph.add_node(Late(&started), "n" + std::to_string(i));
  const auto seconds = [&](const char* executor) {
    double taken = 0;
    Runtime::simulated({.max_threads = 3}).run([&] {
      const TimePoint start = Context::current().clock()->now();
      execute(graph, {.scheduler = "parallel", .executor = executor});
      taken = to_seconds(Context::current().clock()->now() - start);
    });
    return taken;
  };
  EXPECT_EQ(seconds("async"), 10);
  EXPECT_EQ(seconds("auto"), 10);
  EXPECT_GT(seconds("thread"), 10);
}

}  // namespace
}  // namespace ember::xcs
