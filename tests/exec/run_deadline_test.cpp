// Deadlines and stop requests: the caller gets control back whatever operators do.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/runtime.hpp>

#include "support/never_answers.hpp"

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;

Op<> echo() {
  return op("echo", [](const Value& in) -> Value { return in; });
}

/// Sleeps in the call's own time, ignoring stop requests.
Op<> waiting(Duration time) {
  return op("waiting", [time](const Value& in) -> Value {
    const auto clock = Context::current().clock();
    clock->sleep_until(clock->now() + time, {});
    return in;
  });
}

TEST(Conformance, timeout_001) {
  XCSGraph graph;
  graph.add_node(waiting(2s), "slow");
  const auto runtime = Runtime::simulated();
  runtime.run([&] {
    const TimePoint start = runtime.now();
    try {
      execute(graph, {.timeout_seconds = 0.1});
      FAIL();
    } catch (const ExecutionError& error) {
      const auto* timeout = dynamic_cast<const ExecutionTimeoutError*>(&error);
      ASSERT_NE(timeout, nullptr);
      EXPECT_EQ(timeout->timeout_seconds(), 0.1);
      EXPECT_TRUE(timeout->partial_results().empty());
    }
    EXPECT_EQ(runtime.now() - start, 100ms);
  });
}

TEST(Conformance, timeout_002) {
  for (const char* scheduler : {"sequential", "parallel", "wave", "auto"}) {
    XCSGraph graph;
    graph.add_node(echo(), "fast");
    graph.add_node(waiting(2s), "slow");
    graph.add_edge("fast", "slow");
    Runtime::simulated().run([&] {
      try {
        execute(graph, Value({{"x", 1}}), {.timeout_seconds = 0.2, .scheduler = scheduler});
        FAIL() << scheduler;
      } catch (const ExecutionTimeoutError& error) {
        EXPECT_EQ(error.partial_results().to_value(), Value({{"fast", {{"x", 1}}}}));
        EXPECT_EQ(error.nodes_finished(), 1U);
      }
    });
  }
}

TEST(Conformance, timeout_007) {
  XCSGraph graph;
  graph.add_node(echo(), "a");
  EXPECT_EQ(execute(graph, Value({{"x", 1}}), {.timeout_seconds = 30.0})["a"], Value({{"x", 1}}));
}

TEST(Conformance, timeout_008) {
  XCSGraph graph;
  graph.add_node(waiting(2s), "slow");
  Runtime::simulated().run([&] {
    EXPECT_THROW(execute(graph, {.timeout_seconds = 0.1, .fail_fast = false}), ExecutionTimeoutError);
    EXPECT_THROW(execute_detailed(graph, {}, {.timeout_seconds = 0.1, .fail_fast = false}),
                 ExecutionTimeoutError);
  });
}

TEST(Conformance, errors_012) {
  XCSGraph graph;
  graph.add_node(waiting(2s), "slow");
  Runtime::simulated().run([&] { EXPECT_THROW(execute(graph, {.timeout_seconds = 0.1}), ExecutionError); });
}

/// What happens in real time: the caller comes back although nothing else gives way. The bound is far above
/// what it takes, and far below what the operators would take.
template <class Body>
void expect_back_at_deadline(const Body& body) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(body(), ExecutionTimeoutError);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 50ms);
}

TEST(Deadline, HoldsForOperatorsThatBlockThatWaitAndThatSpin) {
  // Shared with operators that outlive the run they belong to.
  const auto is_over = std::make_shared<std::atomic<bool>>(false);
  const auto kept = std::make_shared<std::vector<CompletionCallback>>();
  for (const char* scheduler : {"sequential", "parallel", "wave", "auto"}) {
    XCSGraph blocking;
    blocking.add_node(op("block",
                         [is_over](const Value& in) -> Value {
                           while (!*is_over) std::this_thread::sleep_for(1ms);
                           return in;
                         }),
                      "a");
    XCSGraph spinning;
    spinning.add_node(op("spin",
                         [is_over](const Value& in) -> Value {
                           while (!*is_over) continue;
                           return in;
                         }),
                      "a");
    XCSGraph asynchronous;
    asynchronous.add_node(testing::NeverAnswers(kept), "a");
    for (const XCSGraph* graph : {&blocking, &spinning, &asynchronous}) {
      expect_back_at_deadline([&] { execute(*graph, {.timeout_seconds = 0.05, .scheduler = scheduler}); });
    }
  }
  // The pool is not used up by what was abandoned.
  XCSGraph graph;
  for (int i = 0; i < 8; ++i) graph.add_node(echo(), "n" + std::to_string(i));
  EXPECT_EQ(execute(graph, {.timeout_seconds = 30.0, .scheduler = "parallel"}).size(), 8U);
  *is_over = true;
  kept->clear();
}

TEST(Conformance, timeout_009) {
  XCSGraph slow;
  // Shared with operators that outlive the run they belong to.
  const auto is_over = std::make_shared<std::atomic<bool>>(false);
  for (int i = 0; i < 12; ++i) {
    slow.add_node(op("block",
                     [is_over](const Value& in) -> Value {
                       while (!*is_over) std::this_thread::sleep_for(1ms);
                       return in;
                     }),
                  "n" + std::to_string(i));
  }
  EXPECT_THROW(execute(slow, {.timeout_seconds = 0.05, .scheduler = "parallel"}), ExecutionTimeoutError);
  XCSGraph quick;
  quick.add_node(echo(), "a");
  EXPECT_EQ(execute(quick, Value({{"x", 1}}), {.timeout_seconds = 30.0})["a"], Value({{"x", 1}}));
  *is_over = true;
}

TEST(Deadline, ReachesTheContextOfOperators) {
  XCSGraph graph;
  graph.add_node(op("look",
                    [](const Value&) -> Value {
                      const Context context = Context::current();
                      const bool woken = !context.sleep_for(std::chrono::hours(1));
                      return {{"woken", woken}, {"stopped", context.stop_requested()}};
                    }),
                 "a");
  const auto runtime = Runtime::simulated();
  runtime.run([&] { EXPECT_THROW(execute(graph, {.timeout_seconds = 2.0}), ExecutionTimeoutError); });
}

TEST(Deadline, TheEarlierOfNestedDeadlinesWins) {
  XCSGraph inner;
  inner.add_node(waiting(10s), "slow");
  XCSGraph outer;
  outer.add_node(
      op("nested",
         [&](const Value&) -> Value { return execute(inner, {.timeout_seconds = 5.0}).to_value(); }),
      "a");
  const auto runtime = Runtime::simulated();
  runtime.run([&] {
    const TimePoint start = runtime.now();
    EXPECT_THROW(execute(outer, {.timeout_seconds = 1.0}), ExecutionTimeoutError);
    EXPECT_EQ(runtime.now() - start, 1s);
  });
  const auto other = Runtime::simulated();
  other.run([&] {
    const TimePoint start = other.now();
    try {
      execute(outer, {.timeout_seconds = 60.0});
      FAIL();
    } catch (const ExecutionError& error) {
      EXPECT_EQ(error.node(), "a");
      EXPECT_THROW(std::rethrow_exception(error.cause()), ExecutionTimeoutError);
    }
    EXPECT_EQ(other.now() - start, 5s);
  });
}

TEST(Deadline, OfAScopeBindsPlainCalls) {
  const Op<> slow = waiting(10s);
  const auto runtime = Runtime::simulated();
  runtime.run([&] {
    const TimePoint start = runtime.now();
    {
      const auto scope = execution_options({.timeout_seconds = 3.0});
      EXPECT_THROW(slow({{"x", 1}}), ExecutionTimeoutError);
      EXPECT_EQ(echo()({{"x", 1}}), Value({{"x", 1}}));
    }
    EXPECT_EQ(runtime.now() - start, 3s);
    EXPECT_EQ(slow({{"x", 1}}), Value({{"x", 1}}));
  });
}

// The timer of the run and the operator that gives up at the same deadline race in real time, many times
// over.
TEST(Deadline, IsWhatIsReportedWhenNodesGiveUpBecauseOfIt) {
  const Op<> punctual = op("punctual", [](const Value&) -> Value {
    const Context context = Context::current();
    context.clock()->sleep_until(context.deadline(), {});
    throw std::runtime_error("no time left");
  });
  XCSGraph graph;
  graph.add_node(punctual, "a");
  graph.add_node(punctual, "b");
  graph.add_node(echo(), "c");
  graph.add_edge("a", "c");
  XCSGraph outer;
  outer.add_node(op("nested", [graph](const Value&) { return execute(graph).to_value(); }), "a");
  for (int round = 0; round < 100; ++round) {
    for (const bool fail_fast : {false, true}) {
      const ExecutionOptions options{.timeout_seconds = 0.001, .fail_fast = fail_fast};
      EXPECT_THROW(execute(graph, options), ExecutionTimeoutError) << round;
      EXPECT_THROW(execute(outer, options), ExecutionTimeoutError) << round;
    }
    const auto scope = execution_options({.timeout_seconds = 0.001});
    EXPECT_THROW(punctual(Value()), ExecutionTimeoutError) << round;
  }
}

TEST(Stop, EndsARunOnRequest) {
  XCSGraph graph;
  std::stop_source stop;
  graph.add_node(op("ask",
                    [&](const Value& in) -> Value {
                      stop.request_stop();
                      return in;
                    }),
                 "a");
  graph.add_node(op("never", [](const Value&) -> Value { throw std::logic_error("ran after the stop"); }),
                 "b");
  graph.add_edge("a", "b");
  for (const char* scheduler : {"sequential", "parallel", "wave"}) {
    std::stop_source fresh;
    stop = fresh;
    EXPECT_THROW(execute(graph, {.scheduler = scheduler, .stop_token = stop.get_token()}),
                 ExecutionStoppedError);
  }
}

TEST(Stop, ReachesAsynchronousLeaves) {
  class Listens final : public Operator<> {
   public:
    void forward_async(Value, Context context, Completion done) const override {
      auto shared = std::make_shared<Completion>(std::move(done));
      context.clock()->call_at(context.clock()->now() + std::chrono::hours(5),
                               [shared] { (*shared)(Value("late")); });
    }
  };
  XCSGraph graph;
  graph.add_node(Listens(), "a");
  const auto runtime = Runtime::simulated();
  runtime.run([&] {
    std::stop_source stop;
    runtime.clock()->call_at(runtime.now() + 1s, [&] { stop.request_stop(); });
    const TimePoint start = runtime.now();
    EXPECT_THROW(execute(graph, {.stop_token = stop.get_token()}), ExecutionStoppedError);
    EXPECT_EQ(runtime.now() - start, 1s);
  });
}

}  // namespace
}  // namespace ember::xcs
