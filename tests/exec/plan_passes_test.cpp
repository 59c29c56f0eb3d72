// What the passes do to the order of calls: each acts when it is on, and does not when it is off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <ember/execute.hpp>
#include <ember/runtime.hpp>

#include "graph/plan.hpp"

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

Op<> sleeper(Duration time) {
  return op("sleep", [time](const Value&) -> Value {
    (void)Context::current().sleep_for(time);
    return Value();
  });
}

/// Four short steps, and behind them in program order a chain of four.
XCSGraph unbalanced() {
  XCSGraph graph;
  for (const char* name : {"short1", "short2", "short3", "short4", "chain1"}) {
    graph.add_node(sleeper(1s), name);
  }
  for (int i = 2; i <= 4; ++i) {
    graph.add_node(sleeper(1s), "chain" + std::to_string(i));
    graph.add_order("chain" + std::to_string(i - 1), "chain" + std::to_string(i));
  }
  return graph;
}

Duration simulated_time(const CompiledGraph& compiled, const ExecutionOptions& options) {
  const auto runtime = Runtime::simulated({.seed = 3});
  Duration time{};
  runtime.run([&] {
    const TimePoint start = runtime.now();
    (void)compiled.run({}, options);
    time = runtime.now() - start;
  });
  return time;
}

TEST(Priorities, TheLongestWayGoesFirst) {
  const ExecutionOptions two{.max_workers = 2, .scheduler = "parallel"};
  EXPECT_EQ(simulated_time(CompiledGraph(unbalanced()), two), 4s);
  EXPECT_EQ(simulated_time(CompiledGraph(unbalanced(), OutputNodes::all(), {.priorities = false}), two), 6s);
}

TEST(Priorities, FollowMeasuredTimes) {
  XCSGraph graph;
  for (const char* name : {"a", "b", "c"}) graph.add_node(sleeper(0s), name);
  const CompiledGraph compiled(graph);
  const Plan& plan = *compiled.plan();
  EXPECT_EQ(plan.schedule().ranks(plan, true), nullptr) << "all alike: program order";
  plan.note_cost(0, 1'000);
  plan.note_cost(1, 2'000);
  plan.note_cost(2, 9'000'000'000);
  for (int run = 0; run < 5; ++run) (void)plan.begin_run(2);
  const std::uint32_t* ranks = plan.schedule().ranks(plan, true);
  ASSERT_NE(ranks, nullptr);
  EXPECT_EQ(ranks[2], 0U);
  EXPECT_EQ(ranks[0], 1U) << "a and b hardly differ beside c: program order";
  EXPECT_EQ(plan.schedule().ranks(plan, false), nullptr) << "simulations go by the number of calls";
}

TEST(Priorities, LeaveTheErrorToProgramOrder) {
  XCSGraph graph = unbalanced();
  const auto failing = op("fail", [](const Value&) -> Value { throw std::runtime_error("no"); });
  graph.add_node(failing, "early");
  graph.add_node(failing, "late");
  graph.add_order("chain1", "late");
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Runtime::simulated({.seed = seed}).run([&] {
      try {
        execute(graph, {.max_workers = 2, .scheduler = "parallel"});
        ADD_FAILURE() << "seed " << seed;
      } catch (const ExecutionError& error) {
        EXPECT_EQ(error.node(), "early") << "seed " << seed;
      }
    });
  }
}

/// Two chains of three, in turns; the order of the calls is written down.
struct TwoChains {
  TwoChains() {
    for (int step = 1; step <= 3; ++step) {
      for (const std::string chain : {"a", "b"}) {
        const std::string name = chain + std::to_string(step);
        graph.add_node(op(name,
                          [this, name](const Value&) -> Value {
                            const std::lock_guard lock(mutex);
                            calls += name + " ";
                            return Value();
                          }),
                       name);
        if (step > 1) graph.add_order(chain + std::to_string(step - 1), name);
      }
    }
  }
  /// The order of the calls in a run that is not measured. Nodes this short get no helpers.
  [[nodiscard]] std::string order(const PlanPasses& passes) {
    const CompiledGraph compiled(graph, OutputNodes::all(), passes);
    for (int run = 0; run < 4; ++run) (void)compiled.run({}, {.scheduler = "parallel"});
    for (int sample = 0; sample < 40; ++sample) {
      for (std::size_t node = 0; node < compiled.size(); ++node) compiled.plan()->note_cost(node, 100);
    }
    calls.clear();
    (void)compiled.run({}, {.max_workers = 1000, .scheduler = "parallel"});
    return calls;
  }

  // Until they are known to be short, nodes may get helpers.
  std::mutex mutex;
  std::string calls;
  XCSGraph graph;
};

TEST(ChainFusion, LinksRunBackToBack) {
  EXPECT_EQ(TwoChains().order({}), "a1 a2 a3 b1 b2 b3 ");
  EXPECT_EQ(TwoChains().order({.chain_fusion = false}), "a1 b1 a2 b2 a3 b3 ");
}

TEST(ChainFusion, OnlyPlainCallsWithNothingElseBetweenThemAreLinks) {
  class Waiting final : public Operator<> {
   public:
    void forward_async(Value inputs, Context, Completion done) const override { done(std::move(inputs)); }
  };
  XCSGraph graph;
  const Op<> plain = sleeper(0s);
  for (const char* name : {"a", "b", "c", "d"}) graph.add_node(plain, name);
  graph.add_node(Waiting(), "e");
  graph.add_order("a", "b");
  graph.add_order("b", "c");
  graph.add_order("b", "d");
  graph.add_order("d", "e");
  const CompiledGraph compiled(graph);
  const Plan& plan = *compiled.plan();
  EXPECT_EQ(plan.link_of(0), 1U);
  EXPECT_EQ(plan.link_of(1), Plan::no_link) << "two nodes wait for b";
  EXPECT_EQ(plan.link_of(2), Plan::no_link) << "nothing waits for c";
  EXPECT_EQ(plan.link_of(3), Plan::no_link) << "e waits without a thread";
}

class Batching final : public Operator<> {
 public:
  explicit Batching(std::shared_ptr<std::vector<std::size_t>> sizes) : sizes_(std::move(sizes)) {}
  Value forward(const Value& in) const override {
    sizes_->push_back(0);
    return in;
  }
  std::vector<Value> forward_batch(const std::vector<Value>& inputs) const override {
    sizes_->push_back(inputs.size());
    (void)Context::current().sleep_for(1s);
    return inputs;
  }

 private:
  std::shared_ptr<std::vector<std::size_t>> sizes_;
};

/// A batch of two whose second call is late, and beside it two steps that have nothing to do with it.
struct LateBatch {
  LateBatch() {
    graph.add_node(sleeper(1s), "early");
    graph.add_node(sleeper(3s), "late");
    graph.add_node(batching, "batch1");
    graph.add_node(batching, "batch2");
    graph.add_node(sleeper(2s), "beside");
    graph.add_node(sleeper(2s), "after");
    graph.add_order("early", "batch1");
    graph.add_order("late", "batch2");
    graph.add_order("early", "beside");
    graph.add_order("beside", "after");
  }
  std::shared_ptr<std::vector<std::size_t>> sizes = std::make_shared<std::vector<std::size_t>>();
  Op<> batching = Batching(sizes);
  XCSGraph graph;
};

TEST(BatchGroups, WaitForEachOtherAndForNothingElse) {
  for (const char* scheduler : {"parallel", "auto"}) {
    const LateBatch late;
    EXPECT_EQ(simulated_time(CompiledGraph(late.graph), {.scheduler = scheduler}), 5s) << scheduler;
    EXPECT_THAT(*late.sizes, ElementsAre(2U)) << scheduler;
  }
  const LateBatch late;
  EXPECT_EQ(simulated_time(CompiledGraph(late.graph), {.scheduler = "wave"}), 7s);
  EXPECT_THAT(*late.sizes, ElementsAre(2U));
}

TEST(BatchGroups, CanBeSwitchedOff) {
  for (const char* scheduler : {"parallel", "wave", "auto"}) {
    const LateBatch late;
    const CompiledGraph compiled(late.graph, OutputNodes::all(), {.batch_groups = false});
    (void)simulated_time(compiled, {.scheduler = scheduler});
    EXPECT_THAT(*late.sizes, ElementsAre(0U, 0U)) << scheduler;
  }
}

TEST(BatchGroups, DoNotWaitForWhatFailed) {
  LateBatch late;
  late.graph.add_node(op("fail", [](const Value&) -> Value { throw std::runtime_error("no"); }), "fail");
  late.graph.add_node(late.batching, "batch3");
  late.graph.add_order("fail", "batch3");
  Runtime::simulated({.seed = 5}).run([&] {
    EXPECT_THROW(execute(late.graph, {.scheduler = "parallel", .fail_fast = false}), ExecutionErrorGroup);
  });
  EXPECT_THAT(*late.sizes, ElementsAre(2U));
}

TEST(BatchGroups, AFailureBelongsToItsCall) {
  class Picky final : public Operator<> {
   public:
    Value forward(const Value& in) const override {
      if (in["n"] == Value(2)) throw std::runtime_error("not 2");
      return in;
    }
    std::vector<Value> forward_batch(const std::vector<Value>& inputs) const override {
      return Operator<>::forward_batch(inputs);
    }
  };
  const Op<> picky = Picky();
  XCSGraph graph;
  for (int n = 1; n <= 3; ++n) graph.add_node(picky, "n" + std::to_string(n), {.inputs = {{"n", n}}});
  try {
    execute(graph, {.scheduler = "parallel"});
    FAIL();
  } catch (const ExecutionError& error) {
    EXPECT_EQ(error.node(), "n2");
    EXPECT_EQ(error.partial_results().size(), 1U);
  }
}

}  // namespace
}  // namespace ember::xcs
