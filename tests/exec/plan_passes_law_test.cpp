// The law of the passes that belong to how a plan is run: with any of them on or off, under every scheduler
// and every bound, in real and in simulated time, results, errors and calls are those of sequential
// execution.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <ember/execute.hpp>
#include <ember/runtime.hpp>

#include "graph/plan.hpp"
#include "observed_run.hpp"
#include "support/graphs.hpp"

namespace ember::xcs {
namespace {

using testing::ObservedRun;

struct Counts {
  std::array<std::atomic<int>, 64> calls{};
};

/// What all leaves do: count their calls, fail for some inputs, mix the others.
class CountedLeaf : public Operator<> {
 public:
  CountedLeaf(const std::string& kind, std::size_t number, std::uint64_t fails_one_in,
              std::shared_ptr<Counts> counts)
      : kind_(kind), number_(number), fails_one_in_(fails_one_in), counts_(std::move(counts)) {}
  std::string name() const override { return kind_ + std::to_string(number_); }

 protected:
  [[nodiscard]] std::size_t number() const { return number_; }
  void count(std::size_t calls = 1) const { counts_->calls[number_] += static_cast<int>(calls); }
  /// Throws for one input in `fails_one_in`; 0: for none.
  [[nodiscard]] Value answer(const Value& inputs) const {
    const Value output = testing::mixing_op(number_)(inputs);
    const auto mixed = static_cast<std::uint64_t>(output["v"].integer());
    if (fails_one_in_ != 0 && mixed % fails_one_in_ == 0) {
      throw std::runtime_error("leaf " + std::to_string(number_) + " does not take this");
    }
    return output;
  }

 private:
  std::string kind_;
  std::size_t number_;
  std::uint64_t fails_one_in_;
  std::shared_ptr<Counts> counts_;
};

class PlainLeaf final : public CountedLeaf {
 public:
  PlainLeaf(std::size_t number, std::uint64_t fails_one_in, Duration sleep, std::shared_ptr<Counts> counts)
      : CountedLeaf("plain", number, fails_one_in, std::move(counts)), sleep_(sleep) {}
  Value forward(const Value& inputs) const override {
    count();
    if (sleep_ > Duration::zero()) (void)Context::current().sleep_for(sleep_);
    return answer(inputs);
  }

 private:
  Duration sleep_;
};

class WaitingLeaf final : public CountedLeaf {
 public:
  WaitingLeaf(std::size_t number, std::uint64_t fails_one_in, std::shared_ptr<Counts> counts)
      : CountedLeaf("waiting", number, fails_one_in, std::move(counts)) {}
  void forward_async(Value inputs, Context context, Completion done) const override {
    count();
    auto shared = std::make_shared<Completion>(std::move(done));
    const TimePoint when = context.clock()->now() + std::chrono::microseconds(20 + 31 * (number() % 4));
    context.clock()->call_at(when, [this, shared, inputs = std::move(inputs)] {
      try {
        (*shared)(answer(inputs));
      } catch (...) {
        shared->fail(std::current_exception());
      }
    });
  }
};

/// One operator for several nodes. Counts the inputs that it answered.
class BatchLeaf final : public CountedLeaf {
 public:
  BatchLeaf(std::size_t number, std::uint64_t fails_one_in, std::shared_ptr<Counts> counts)
      : CountedLeaf("batch", number, fails_one_in, std::move(counts)) {}
  Value forward(const Value& inputs) const override {
    count();
    return answer(inputs);
  }
  std::vector<Value> forward_batch(const std::vector<Value>& inputs) const override {
    std::vector<Value> outputs;
    for (const Value& input : inputs) outputs.push_back(answer(input));
    count(inputs.size());
    return outputs;
  }
};

/// Several chains side by side, with edges across here and there.
testing::GraphShape bundle(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::size_t chains = 2 + random() % 4;
  const std::size_t length = 2 + random() % 5;
  testing::GraphShape shape{chains * length};
  for (std::size_t i = chains; i < shape.size; ++i) {
    shape.edges.emplace_back(i - chains, i);
    if (random() % 6 == 0 && i % chains > 0) shape.edges.emplace_back(i - chains - 1, i);
  }
  return shape;
}

testing::GraphShape random_shape(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  testing::GraphShape shape;
  switch (random() % 4) {
    case 0:
      shape = testing::layered_random(random(), 2 + random() % 4, 2 + random() % 4);
      break;
    case 1:
      shape = testing::random_dag(random(), 2 + random() % 20, 5 + random() % 30);
      break;
    default:
      shape = bundle(random());
  }
  return random() % 2 == 0 ? testing::shuffled(shape, random()) : shape;
}

struct Program {
  XCSGraph graph;
  std::shared_ptr<Counts> counts = std::make_shared<Counts>();
};

Program random_program(std::uint64_t seed, bool may_fail) {
  std::mt19937_64 random(seed);
  const testing::GraphShape shape = random_shape(random());
  Program program;
  const auto fails = [&]() -> std::uint64_t { return may_fail && random() % 4 == 0 ? 2 + random() % 3 : 0; };
  const Op<> batches[] = {BatchLeaf(60, may_fail ? 5 : 0, program.counts), BatchLeaf(61, 0, program.counts)};
  program.graph = testing::build_graph(shape, [&](std::size_t node) -> Op<> {
    const std::uint64_t dice = random() % 100;
    if (dice < 25) return batches[random() % 2];
    if (dice < 40) return WaitingLeaf(node, fails(), program.counts);
    const Duration sleep =
        dice < 50 ? Duration(std::chrono::microseconds(30 * (node % 7))) : Duration::zero();
    return PlainLeaf(node, fails(), sleep, program.counts);
  });
  return program;
}

ObservedRun observe(const Program& program, const CompiledGraph& compiled, const ExecutionOptions& options) {
  return testing::observed_run(
      [&] {
        return compiled.run({{"seed", 7}}, options);
      },
      [&] { return std::vector<int>(program.counts->calls.begin(), program.counts->calls.end()); });
}

/// One of all eight ways to have each pass on or off.
PlanPasses passes_of(int switches) {
  return {.priorities = (switches & 1) != 0,
          .chain_fusion = (switches & 2) != 0,
          .batch_groups = (switches & 4) != 0};
}

constexpr std::array schedulers = {"parallel", "wave", "auto"};

/// Runs that follow each other also check what is learned from those before.
void check_program(std::uint64_t seed, bool is_simulated, int repeats) {
  const bool may_fail = seed % 2 == 0;
  const bool fail_fast = seed % 4 != 0;
  const Program program = random_program(seed, may_fail);
  const ObservedRun expected =
      observe(program, CompiledGraph(program.graph), {.scheduler = "sequential", .fail_fast = fail_fast});
  // In simulated time nothing happens between taking a call and beginning it.
  const bool leaves_calls = fail_fast && !expected.error.empty() && !is_simulated;
  testing::AtMostOneCall at_most_one_call(60, leaves_calls);
  for (int switches = 0; switches < 8; ++switches) {
    const CompiledGraph compiled(program.graph, OutputNodes::all(), passes_of(switches));
    for (const char* scheduler : schedulers) {
      for (int repeat = 0; repeat < repeats; ++repeat) {
        ExecutionOptions options{.scheduler = scheduler, .fail_fast = fail_fast};
        if (repeat % 3 != 0) options.max_workers = 1 + repeat % 4;
        const ObservedRun observed = observe(program, compiled, options);
        const std::string what = "seed " + std::to_string(seed) + " " + scheduler + " passes " +
                                 std::to_string(switches) + " repeat " + std::to_string(repeat);
        testing::expect_same(observed, expected, what);
        at_most_one_call.check(observed, what);
      }
    }
  }
}

TEST(PlanPassesLaw, HoldsInRealTime) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) check_program(seed, false, 7);
}

TEST(PlanPassesLaw, HoldsInSimulatedTime) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Runtime::simulated({.seed = seed * 7}).run([seed] { check_program(seed, true, 4); });
  }
}

/// Nodes with known times let fusion and `auto` choose from the first run on.
TEST(PlanPassesLaw, HoldsForShortNodes) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    const testing::GraphShape shape = random_shape(random());
    Program program;
    const bool fail_fast = seed % 3 != 0;
    program.graph = testing::build_graph(shape, [&](std::size_t node) -> Op<> {
      const std::uint64_t fails_one_in = seed % 2 == 0 && random() % 8 == 0 ? 1 + random() % 2 : 0;
      return PlainLeaf(node, fails_one_in, Duration::zero(), program.counts);
    });
    const ObservedRun expected =
        observe(program, CompiledGraph(program.graph), {.scheduler = "sequential", .fail_fast = fail_fast});
    for (int switches = 0; switches < 8; ++switches) {
      const CompiledGraph compiled(program.graph, OutputNodes::all(), passes_of(switches));
      for (std::size_t node = 0; node < shape.size; ++node) compiled.plan()->note_cost(node, 300);
      for (int repeat = 0; repeat < 24; ++repeat) {
        ExecutionOptions options{.scheduler = schedulers[static_cast<std::size_t>(repeat) % 3],
                                 .fail_fast = fail_fast};
        if (repeat % 2 != 0) options.max_workers = 1 + repeat % 5;
        testing::expect_same(observe(program, compiled, options), expected,
                             "seed " + std::to_string(seed) + " passes " + std::to_string(switches));
      }
    }
  }
}

}  // namespace
}  // namespace ember::xcs
