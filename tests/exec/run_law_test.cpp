// The laws of execution on random graphs: every scheduler, at every bound, in real and in simulated time,
// gives the same results, the same first error and the same calls.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <thread>

#include <ember/execute.hpp>
#include <ember/runtime.hpp>

#include "observed_run.hpp"
#include "support/graphs.hpp"

namespace ember::xcs {
namespace {

using testing::ObservedRun;

/// What a node of a random graph does.
enum class Behaviour { compute, sleep, asynchronous, fail, batch };

struct Calls {
  explicit Calls(std::size_t nodes) : counts(nodes) {}
  std::vector<std::atomic<int>> counts;
};

class Leaf : public Operator<> {
 public:
  Leaf(std::size_t number, Behaviour behaviour, std::shared_ptr<Calls> calls)
      : number_(number), behaviour_(behaviour), calls_(std::move(calls)) {}
  std::string name() const override { return "leaf" + std::to_string(number_); }
  Value forward(const Value& inputs) const override {
    ++calls_->counts[number_];
    if (behaviour_ == Behaviour::sleep) {
      (void)Context::current().sleep_for(std::chrono::microseconds(100 + 37 * (number_ % 5)));
    }
    if (behaviour_ == Behaviour::fail) throw std::runtime_error("leaf " + std::to_string(number_) + " fails");
    return testing::mixed(inputs, number_);
  }

 private:
  std::size_t number_;
  Behaviour behaviour_;
  std::shared_ptr<Calls> calls_;
};

class AsyncLeaf final : public Operator<> {
 public:
  AsyncLeaf(std::size_t number, std::shared_ptr<Calls> calls) : number_(number), calls_(std::move(calls)) {}
  std::string name() const override { return "leaf" + std::to_string(number_); }
  void forward_async(Value inputs, Context context, Completion done) const override {
    ++calls_->counts[number_];
    Value output = testing::mixed(inputs, number_);
    auto shared = std::make_shared<Completion>(std::move(done));
    const TimePoint when = context.clock()->now() + std::chrono::microseconds(50 + 91 * (number_ % 4));
    context.clock()->call_at(when, [shared, output = std::move(output)] { (*shared)(output); });
  }

 private:
  std::size_t number_;
  std::shared_ptr<Calls> calls_;
};

/// One operator for several nodes, which takes a level's calls at once.
class BatchLeaf final : public Operator<> {
 public:
  explicit BatchLeaf(std::shared_ptr<std::atomic<int>> calls) : calls_(std::move(calls)) {}
  Value forward(const Value& inputs) const override {
    ++*calls_;
    return testing::mixed(inputs, 9999);
  }
  std::vector<Value> forward_batch(const std::vector<Value>& inputs) const override {
    std::vector<Value> outputs;
    for (const Value& input : inputs) outputs.push_back(forward(input));
    return outputs;
  }

 private:
  std::shared_ptr<std::atomic<int>> calls_;
};

struct Program {
  XCSGraph graph;
  std::shared_ptr<Calls> calls;
  std::shared_ptr<std::atomic<int>> batch_calls = std::make_shared<std::atomic<int>>(0);
};

Program random_program(std::uint64_t seed, bool may_fail) {
  std::mt19937_64 random(seed);
  testing::GraphShape shape;
  switch (random() % 6) {
    case 0:
      shape = testing::chain(1 + random() % 12);
      break;
    case 1:
      shape = testing::wide(1 + random() % 12);
      break;
    case 2:
      shape = testing::wavefront(2 + random() % 3);
      break;
    case 3:
      shape = testing::layered_random(random(), 2 + random() % 4, 2 + random() % 4);
      break;
    default:
      shape = testing::random_dag(random(), 2 + random() % 14, 10 + random() % 40);
  }
  if (random() % 2 == 0) shape = testing::shuffled(shape, random());
  Program program;
  program.calls = std::make_shared<Calls>(shape.size);
  const Op<> batch = BatchLeaf(program.batch_calls);
  program.graph = testing::build_graph(shape, [&](std::size_t node) -> Op<> {
    const std::uint64_t dice = random() % 100;
    if (may_fail && dice < 15) return Leaf(node, Behaviour::fail, program.calls);
    if (dice < 40) return AsyncLeaf(node, program.calls);
    if (dice < 55) return Leaf(node, Behaviour::sleep, program.calls);
    if (dice < 65) return batch;
    return Leaf(node, Behaviour::compute, program.calls);
  });
  return program;
}

ObservedRun observe(const Program& program, const ExecutionOptions& options) {
  return testing::observed_run(
      [&] {
        return execute(program.graph, Value({{"seed", 7}}), options);
      },
      [&] {
        const auto& counts = program.calls->counts;
        std::vector<int> calls(counts.begin(), counts.end());
        calls.push_back(*program.batch_calls);
        return calls;
      });
}

constexpr std::array schedulers = {"sequential", "parallel", "wave", "auto"};

void check_program(std::uint64_t seed, bool may_fail, bool is_simulated,
                   const std::function<void(std::function<void()>)>& around) {
  const Program program = random_program(seed, may_fail);
  const ObservedRun expected = observe(program, {.scheduler = "sequential"});
  // In simulated time nothing happens between taking a call and beginning it.
  testing::AtMostOneCall at_most_one_call(program.calls->counts.size(),
                                          !expected.error.empty() && !is_simulated);
  for (const char* scheduler : schedulers) {
    for (int workers = 0; workers <= 8; ++workers) {
      ExecutionOptions options{.scheduler = scheduler};
      if (workers > 0) options.max_workers = workers;
      ObservedRun observed;
      around([&] { observed = observe(program, options); });
      const std::string what =
          "seed " + std::to_string(seed) + " " + scheduler + " " + std::to_string(workers);
      testing::expect_same(observed, expected, what);
      at_most_one_call.check(observed, what);
    }
  }
}

TEST(RunLaw, EverySchedulerAgreesInRealTime) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    check_program(seed, seed % 2 == 0, false, [](const std::function<void()>& body) { body(); });
  }
}

TEST(RunLaw, EverySchedulerAgreesInSimulatedTime) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    check_program(seed, seed % 2 == 0, true, [seed](const std::function<void()>& body) {
      Runtime::simulated({.seed = seed * 31}).run(body);
    });
  }
}

TEST(RunLaw, TheSameSeedGivesTheSameOrder) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Program program = random_program(seed, true);
    std::vector<std::vector<SimulationEvent>> traces;
    for (int repeat = 0; repeat < 2; ++repeat) {
      const auto runtime = Runtime::simulated({.seed = seed});
      runtime.run([&] { (void)observe(program, {.scheduler = "parallel"}); });
      traces.push_back(runtime.trace());
    }
    EXPECT_FALSE(traces[0].empty());
    EXPECT_EQ(traces[0], traces[1]) << "seed " << seed;
  }
}

TEST(RunLaw, AsynchronousRunsAgreeWithExecute) {
  for (std::uint64_t seed = 100; seed <= 130; ++seed) {
    const Program program = random_program(seed, seed % 3 == 0);
    const ObservedRun expected = observe(program, {.scheduler = "sequential"});
    const CompiledGraph compiled(program.graph);
    for (const char* scheduler : schedulers) {
      std::stop_source done;
      Result<Results> outcome = Results();
      compiled.run_async(Value({{"seed", 7}}), {.scheduler = scheduler}, [&](RunOutcome result) {
        outcome = std::move(result.results);
        done.request_stop();
      });
      Clock::real()->sleep_until(TimePoint::max(), done.get_token());
      EXPECT_EQ(outcome.has_value(), expected.error.empty()) << "seed " << seed << " " << scheduler;
      if (outcome) {
        EXPECT_EQ(outcome.value().to_value(), expected.results) << "seed " << seed << " " << scheduler;
      }
    }
  }
}

TEST(RunLaw, OneGraphRunsOnManyThreadsAtOnce) {
  const Program program = random_program(4242, false);
  const Value expected = execute(program.graph, Value({{"seed", 7}}), {.scheduler = "sequential"}).to_value();
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int repeat = 0; repeat < 25; ++repeat) {
        if (execute(program.graph, Value({{"seed", 7}})).to_value() != expected) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace ember::xcs
