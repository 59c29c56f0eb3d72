// Simulated time: long waits take no time, the order follows the seed, and what can never end is reported.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/runtime.hpp>

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;

Op<> sleeper(const std::string& name, Duration time) {
  return op(name, [time](const Value& in) -> Value {
    (void)Context::current().sleep_for(time);
    return in;
  });
}

TEST(Simulation, TenLongCallsTakeTheTimeOfOne) {
  XCSGraph graph;
  for (int i = 0; i < 10; ++i) graph.add_node(sleeper("call", 30s), "n" + std::to_string(i));
  const auto runtime = Runtime::simulated({.seed = 7});
  runtime.run([&] {
    const TimePoint start = runtime.now();
    execute(graph, {.scheduler = "parallel"});
    EXPECT_EQ(runtime.now() - start, 30s);
    execute(graph, {.scheduler = "sequential"});
    EXPECT_EQ(runtime.now() - start, 330s);
    execute(graph, {.max_workers = 5, .scheduler = "parallel"});
    EXPECT_EQ(runtime.now() - start, 390s);
  });
  EXPECT_EQ(runtime.trace().size(), 30U);
  EXPECT_TRUE(runtime.is_simulated());
}

TEST(Simulation, SeedsGiveDifferentOrders) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    XCSGraph graph;
    std::string order;
    for (const char* name : {"a", "b", "c", "d"}) {
      graph.add_node(op(name,
                        [name, &order](const Value& in) -> Value {
                          (void)Context::current().sleep_for(1s);
                          order += name;
                          return in;
                        }),
                     name);
    }
    Runtime::simulated({.seed = seed}).run([&] { execute(graph, {.scheduler = "parallel"}); });
    EXPECT_EQ(order.size(), 4U);
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 3U);
}

TEST(Simulation, TimersFireInOrderOfTime) {
  const auto runtime = Runtime::simulated();
  std::string fired;
  runtime.run([&] {
    const auto clock = runtime.clock();
    const TimePoint start = clock->now();
    clock->call_at(start + 3s, [&] { fired += "c"; });
    clock->call_at(start + 1s, [&] { fired += "a"; });
    const auto cancelled = clock->call_at(start + 2s, [&] { fired += "x"; });
    EXPECT_TRUE(clock->cancel(cancelled));
    EXPECT_FALSE(clock->cancel(cancelled));
    EXPECT_TRUE(clock->sleep_until(start + 5s, {}));
    EXPECT_EQ(clock->now() - start, 5s);
  });
  EXPECT_EQ(fired, "ac");
}

TEST(Simulation, AWaitThatNothingCanEndIsAnError) {
  const auto runtime = Runtime::simulated();
  runtime.run([&] { EXPECT_THROW(runtime.clock()->sleep_until(TimePoint::max(), {}), XCSError); });
}

TEST(Simulation, IsRefusedToThreadsOutside) {
  const auto runtime = Runtime::simulated();
  bool is_refused = false;
  runtime.run([&] {
    std::thread([&] {
      try {
        runtime.clock()->sleep_until(runtime.now() + 1s, {});
      } catch (const XCSError&) {
        is_refused = true;
      }
    }).join();
  });
  EXPECT_TRUE(is_refused);
}

TEST(Simulation, PassesOnWhatTheBodyThrows) {
  EXPECT_THROW(Runtime::simulated().run([] { throw std::runtime_error("body"); }), std::runtime_error);
}

TEST(Runtime, OfOnesOwnRunsGraphs) {
  const Runtime runtime({.workers = 3, .max_threads = 8});
  XCSGraph graph;
  for (int i = 0; i < 20; ++i) graph.add_node(sleeper("n", 1ms), "n" + std::to_string(i));
  runtime.run([&] {
    EXPECT_EQ(Runtime::current().executor().get(), runtime.executor().get());
    EXPECT_EQ(execute(graph, {.scheduler = "parallel"}).size(), 20U);
  });
}

}  // namespace
}  // namespace ember::xcs
