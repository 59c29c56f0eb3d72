// Equal calls of a pure operator that are under way at once become one, whatever happens to that one.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <thread>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/result_cache.hpp>
#include <ember/runtime.hpp>

#include "support/gate.hpp"

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;

class JoinTest : public ::testing::TestWithParam<bool> {
 protected:
  void TearDown() override { reset_execution_options(); }
};

/// What the calls of a leaf do, and how many there were.
struct Script {
  /// Calls that fail, from the first.
  int failures = 0;
  Duration time = 10s;
  std::atomic<int> calls = 0;
  std::atomic<int> answers = 0;
  testing::Peak peak = {};

  Value answer(const Value& in) {
    if (++answers <= failures) throw std::runtime_error("fails");
    return in;
  }
};

class Pure : public Operator<> {
 public:
  explicit Pure(Script& script) : script_(&script) {}
  std::string name() const override { return "pure"; }
  bool is_pure() const override { return true; }
  Value forward(const Value& in) const override {
    ++script_->calls;
    const testing::Peak::Visit visit(script_->peak);
    if (!Context::current().sleep_for(script_->time)) throw std::runtime_error("stopped");
    return script_->answer(in);
  }

 protected:
  Script* script_;
};

class PureAsync final : public Pure {
 public:
  using Pure::Pure;
  void forward_async(Value inputs, Context context, Completion done) const override {
    ++script_->calls;
    auto visit = std::make_shared<std::optional<testing::Peak::Visit>>();
    visit->emplace(script_->peak);
    auto shared = std::make_shared<Completion>(std::move(done));
    context.clock()->call_at(context.clock()->now() + script_->time, [this, visit, shared, inputs] {
      visit->reset();
      try {
        (*shared)(script_->answer(inputs));
      } catch (...) {
        shared->fail(std::current_exception());
      }
    });
  }
};

Op<> pure_leaf(Script& script, bool is_async) {
  return is_async ? Op<>(PureAsync(script)) : Op<>(Pure(script));
}

XCSGraph same_call(const Op<>& leaf, int times) {
  XCSGraph graph;
  for (int i = 0; i < times; ++i) graph.add_node(leaf, "n" + std::to_string(i));
  return graph;
}

const Value input = {{"q", "tea"}};

TEST_P(JoinTest, EqualCallsUnderWayAreOne) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Script script;
    Runtime::simulated({.seed = seed}).run([&] {
      const auto scope = execution_options({.enable_caching = true, .scheduler = "parallel"});
      const TimePoint start = Context::current().clock()->now();
      const Results results = execute(same_call(pure_leaf(script, GetParam()), 6), input);
      for (const auto& [name, value] : results) EXPECT_EQ(value, input) << name;
      EXPECT_EQ(results.size(), 6U);
      EXPECT_EQ(Context::current().clock()->now() - start, 10s);
      EXPECT_EQ(cache_stats().joined, 5U);
      EXPECT_EQ(cache_stats().hits, 5U);
      EXPECT_EQ(cache_stats().misses, 1U);
    });
    EXPECT_EQ(script.calls, 1) << "seed " << seed;
  }
}

TEST_P(JoinTest, EqualInputsThatAnOperatorCanTellApartAreTwoCalls) {
  Script script;
  Runtime::simulated().run([&] {
    const Op<> leaf = pure_leaf(script, GetParam());
    XCSGraph graph;
    graph.add_node(leaf, "integer", {.inputs = {{"n", 1}}});
    graph.add_node(leaf, "number", {.inputs = {{"n", 1.0}}});
    const Results results = execute(graph, {.enable_caching = true, .scheduler = "parallel"});
    EXPECT_TRUE(results["integer"]["n"].is_integer());
    EXPECT_TRUE(results["number"]["n"].is_number());
  });
  EXPECT_EQ(script.calls, 2);
}

TEST_P(JoinTest, WhenItFailsTheOthersRunThemselvesWithinTheBound) {
  for (const int workers : {1, 2, 3, 100}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Script script{.failures = 1};
      Runtime::simulated({.seed = seed}).run([&] {
        const auto scope = execution_options(
            {.max_workers = workers, .enable_caching = true, .scheduler = "parallel", .fail_fast = false});
        try {
          execute(same_call(pure_leaf(script, GetParam()), 6), input);
          ADD_FAILURE() << "nothing failed";
        } catch (const ExecutionErrorGroup& group) {
          EXPECT_EQ(group.errors().size(), 1U);
          EXPECT_EQ(group.partial_results().size(), 5U);
        }
        EXPECT_EQ(cache_stats().misses, static_cast<std::uint64_t>(script.calls));
        EXPECT_EQ(cache_stats().hits + cache_stats().misses, 6U);
      });
      EXPECT_LE(script.peak.most(), static_cast<std::size_t>(workers)) << "seed " << seed;
      EXPECT_GE(script.calls, 2);
    }
  }
}

TEST_P(JoinTest, AWaitingCallHoldsNoPermit) {
  Script script;
  Runtime::simulated().run([&] {
    XCSGraph graph = same_call(pure_leaf(script, GetParam()), 4);
    std::atomic<int> others = 0;
    graph.add_node(op("other",
                      [&others](const Value& in) -> Value {
                        (void)Context::current().sleep_for(1s);
                        ++others;
                        return in;
                      }),
                   "other");
    const TimePoint start = Context::current().clock()->now();
    execute(graph, input, {.max_workers = 2, .enable_caching = true, .scheduler = "parallel"});
    // Beside the one call that runs there is room for the other.
    EXPECT_EQ(Context::current().clock()->now() - start, 10s);
    EXPECT_EQ(others, 1);
  });
  EXPECT_EQ(script.calls, 1);
}

TEST_P(JoinTest, ADeadlineEndsTheWaitButNotTheOtherCall) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Script script;
    Runtime::simulated({.seed = seed}).run([&] {
      const auto scope = execution_options({.enable_caching = true});
      const Op<> leaf = pure_leaf(script, GetParam());
      XCSGraph graph;
      graph.add_node(leaf, "patient");
      graph.add_node(op("hasty",
                        [&leaf](const Value& in) -> Value {
                          (void)Context::current().sleep_for(1s);
                          const TimePoint start = Context::current().clock()->now();
                          EXPECT_THROW(execute(same_call(leaf, 1), in, {.timeout_seconds = 2.0}),
                                       ExecutionTimeoutError);
                          EXPECT_EQ(Context::current().clock()->now() - start, 2s);
                          return "gave up";
                        }),
                     "hasty");
      const Results results = execute(graph, input, {.scheduler = "parallel"});
      EXPECT_EQ(results["patient"], input);
      EXPECT_EQ(results["hasty"], Value("gave up"));
    });
    EXPECT_EQ(script.calls, 1) << "seed " << seed;
  }
}

TEST_P(JoinTest, WhenTheOtherCallIsStoppedTheWaitingOneRuns) {
  Script script;
  Runtime::simulated().run([&] {
    const auto scope = execution_options({.enable_caching = true});
    const Op<> leaf = pure_leaf(script, GetParam());
    script.failures = GetParam() ? 1 : 0;  // The asynchronous one does not look at its context.
    XCSGraph graph;
    graph.add_node(op("hasty",
                      [&leaf](const Value& in) -> Value {
                        EXPECT_THROW(execute(same_call(leaf, 1), in, {.timeout_seconds = 2.0}),
                                     ExecutionTimeoutError);
                        return "gave up";
                      }),
                   "hasty");
    graph.add_node(op("patient",
                      [&leaf](const Value& in) -> Value {
                        (void)Context::current().sleep_for(1s);
                        return execute(same_call(leaf, 1), in)["n0"];
                      }),
                   "patient");
    EXPECT_EQ(execute(graph, input, {.scheduler = "parallel"})["patient"], input);
  });
  EXPECT_EQ(script.calls, 2);
}

TEST_P(JoinTest, PlainCallsOfManyThreadsJoin) {
  Script script{.time = 50ms};
  set_execution_options({.enable_caching = true});
  const Op<> leaf = pure_leaf(script, GetParam());
  testing::Gate gate(6);
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      EXPECT_TRUE(gate.arrive());
      if (leaf(input) == input) ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 6);
  EXPECT_EQ(script.calls, 1);
}

TEST_P(JoinTest, ARunThatOutlivesTheScopeFinishesItsCall) {
  Runtime::simulated().run([&] {
    Script script;
    std::stop_source over;
    Value result;
    const CompiledGraph graph(same_call(pure_leaf(script, GetParam()), 3));
    {
      const auto scope = execution_options({.enable_caching = true});
      graph.run_async(input, {}, [&](const RunOutcome& outcome) {
        result = outcome.results.value().to_value();
        over.request_stop();
      });
    }
    Context::current().clock()->sleep_until(TimePoint::max(), over.get_token());
    EXPECT_EQ(result, Value({{"n0", input}, {"n1", input}, {"n2", input}}));
    EXPECT_EQ(script.calls, 1);
  });
}

TEST_P(JoinTest, ManyThreadsManyInputsUnderPressure) {
  Script script{.time = Duration::zero()};
  set_execution_options({.enable_caching = true});
  set_cache_limit(20'000);  // Results come and go.
  const Op<> leaf = pure_leaf(script, GetParam());
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 200; ++i) {
        const Value asked = {{"n", (i * 7 + thread) % 97}};
        if (leaf(asked) != asked) ++wrong;
        if (i % 50 == 0) clear_cache();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  set_cache_limit(std::size_t{256} << 20U);
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(script.calls, 800);
  EXPECT_GE(script.calls, 97);
}

INSTANTIATE_TEST_SUITE_P(Leaves, JoinTest, ::testing::Bool(),
                         [](const auto& leaf) { return leaf.param ? "asynchronous" : "blocking"; });

}  // namespace
}  // namespace ember::xcs
