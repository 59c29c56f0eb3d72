// The law of observation on random programs: tracing, metrics, caching of pure leaves and debugging change no
// result, no error and no number of calls; and a trace tells exactly the calls that were made.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>

#include <ember/execute.hpp>
#include <ember/json.hpp>
#include <ember/runtime.hpp>
#include <ember/tracer.hpp>

#include "support/graphs.hpp"

namespace ember::xcs {
namespace {

/// The calls of one run of a program: how often each leaf ran on each input, and all calls in all.
class Calls {
 public:
  void note(const std::string& leaf, const Value& input) {
    const std::lock_guard lock(mutex_);
    ++runs_[leaf + to_json(input)];
    ++total_;
  }
  [[nodiscard]] std::map<std::string, int> runs() const {
    const std::lock_guard lock(mutex_);
    return runs_;
  }
  [[nodiscard]] std::size_t total() const {
    const std::lock_guard lock(mutex_);
    return total_;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    runs_.clear();
    total_ = 0;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> runs_;
  std::size_t total_ = 0;
};

/// How a leaf answers.
enum class Behaviour { compute, sleep, fail };

class Leaf : public Operator<> {
 public:
  Leaf(std::size_t number, Behaviour behaviour, std::shared_ptr<Calls> calls)
      : number_(number), behaviour_(behaviour), calls_(std::move(calls)) {}
  std::string name() const override { return "leaf" + std::to_string(number_); }
  bool is_pure() const override { return true; }
  Value forward(const Value& in) const override {
    calls_->note(name(), in);
    if (behaviour_ == Behaviour::sleep) {
      (void)Context::current().sleep_for(std::chrono::microseconds(50 + 37 * (number_ % 5)));
    }
    return answer(in);
  }

 protected:
  [[nodiscard]] Value answer(const Value& in) const {
    if (behaviour_ == Behaviour::fail) throw std::runtime_error(name() + " fails");
    return testing::mixing_op(number_)(in);
  }

  std::size_t number_;
  Behaviour behaviour_;
  std::shared_ptr<Calls> calls_;
};

class AsyncLeaf final : public Leaf {
 public:
  using Leaf::Leaf;
  void forward_async(Value in, Context context, Completion done) const override {
    calls_->note(name(), in);
    auto shared = std::make_shared<Completion>(std::move(done));
    const TimePoint when = context.clock()->now() + std::chrono::microseconds(40 + 91 * (number_ % 4));
    context.clock()->call_at(when, [this, shared, in] {
      try {
        (*shared)(mixed(in));
      } catch (...) {
        shared->fail(std::current_exception());
      }
    });
  }

 private:
  /// `answer` without another call.
  [[nodiscard]] Value mixed(const Value& in) const {
    if (behaviour_ == Behaviour::fail) throw std::runtime_error(name() + " fails");
    return {{"v", static_cast<std::int64_t>(in.size() + number_)}};
  }
};

struct Program {
  XCSGraph graph;
  std::shared_ptr<Calls> calls = std::make_shared<Calls>();
};

Program random_program(std::uint64_t seed, bool may_fail) {
  std::mt19937_64 random(seed);
  Program program;
  const auto leaf = [&](std::size_t number) -> Op<> {
    const std::uint64_t dice = random() % 100;
    const Behaviour behaviour = may_fail && dice < 10 ? Behaviour::fail
                                : dice < 40           ? Behaviour::sleep
                                                      : Behaviour::compute;
    if (random() % 3 == 0) return AsyncLeaf(number, behaviour, program.calls);
    return Leaf(number, behaviour, program.calls);
  };
  // Called by several nodes, some of them with equal inputs.
  const Op<> shared = leaf(1000);
  const testing::GraphShape shape =
      testing::shuffled(testing::random_dag(random(), 2 + random() % 10, 10 + random() % 40), random());
  program.graph = testing::build_graph(shape, [&](std::size_t node) -> Op<> {
    const Op<> own = leaf(node);
    switch (random() % 4) {
      case 0:  // A leaf that calls others.
        return op("caller" + std::to_string(node), [own, shared](const Value& in) -> Value {
          const Value answer = shared({{"k", static_cast<std::int64_t>(in.size() % 2)}});
          return answer.with("own", own(in)["v"]);
        });
      case 1:  // Glue around two calls.
        return op("glue" + std::to_string(node), [own, shared](Var<> in) -> Var<> {
          return shared(object({{"v", own(in)["v"]}}));
        });
      case 2:
        return random() % 2 == 0 ? shared : own;
      default:
        return own;
    }
  });
  return program;
}

/// What must not depend on how a program is watched.
struct Observed {
  Value results;
  std::string error;

  friend bool operator==(const Observed&, const Observed&) = default;
};

Observed observe(const Program& program, const ExecutionOptions& options) {
  program.calls->clear();
  try {
    return {execute(program.graph, Value({{"seed", 7}}), options).to_value(), ""};
  } catch (const ExecutionError& error) {
    return {{}, error.what()};
  }
}

bool is_inside(const TraceRecord& inner, const TraceRecord& outer) {
  return outer.start_time <= inner.start_time && inner.end_time <= outer.end_time;
}

/// Spans of one line either nest or do not overlap.
void expect_nesting(const std::vector<TraceRecord>& records) {
  for (const TraceRecord& one : records) {
    for (const TraceRecord& other : records) {
      if (one.call_id >= other.call_id || one.track != other.track) continue;
      EXPECT_TRUE(is_inside(other, one) || is_inside(one, other) || one.end_time <= other.start_time ||
                  other.end_time <= one.start_time)
          << one.node_id() << " and " << other.node_id() << " on track " << one.track;
    }
  }
}

void expect_sound(const std::vector<TraceRecord>& records) {
  std::map<std::uint64_t, const TraceRecord*> by_id;
  for (const TraceRecord& record : records) {
    EXPECT_TRUE(by_id.emplace(record.call_id, &record).second) << record.node_id();
    EXPECT_LE(record.start_time, record.end_time);
    EXPECT_GT(record.thread_id, 0U);
    EXPECT_EQ(record.succeeded(), record.exception == nullptr);
  }
  std::set<std::uint64_t> completed;
  for (const TraceRecord& record : records) {
    completed.insert(record.call_id);
    if (!record.parent_id) continue;
    ASSERT_TRUE(by_id.contains(*record.parent_id)) << record.node_id();
    EXPECT_TRUE(is_inside(record, *by_id[*record.parent_id])) << record.node_id();
    EXPECT_FALSE(completed.contains(*record.parent_id)) << record.node_id() << " after its parent";
  }
  expect_nesting(records);
}

/// Calls of leaves that ran and are not cached, by the records.
std::size_t runs_of_leaves(const std::vector<TraceRecord>& records) {
  return static_cast<std::size_t>(
      std::count_if(records.begin(), records.end(), [](const TraceRecord& record) {
        return record.operator_name.starts_with("leaf") && !record.is_cached;
      }));
}

ExecutionOptions random_options(std::mt19937_64& random) {
  constexpr std::array<const char*, 4> schedulers = {"sequential", "parallel", "wave", "auto"};
  ExecutionOptions options;
  options.scheduler = schedulers[random() % 4];
  if (random() % 2 == 0) options.max_workers = 1 + static_cast<int>(random() % 4);
  if (random() % 2 == 0) options.enable_caching = true;
  if (random() % 2 == 0) options.collect_metrics = true;
  if (random() % 4 == 0) options.debug = true;
  if (random() % 4 == 0) options.timeout_seconds = 1000.0;
  if (random() % 4 == 0) options.executor = "async";
  options.trace_execution = true;
  return options;
}

void check_program(std::uint64_t seed, bool may_fail) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed * 77);
  const Program program = random_program(seed, may_fail);
  const Observed expected = observe(program, {.scheduler = "sequential"});
  const auto plain_runs = program.calls->runs();
  for (int repeat = 0; repeat < 4; ++repeat) {
    const ExecutionOptions options = random_options(random);
    EXPECT_EQ(observe(program, options), expected);
    const auto runs = program.calls->runs();
    if (expected.error.empty()) {
      if (options.enable_caching) {
        for (const auto& [call, count] : runs) EXPECT_EQ(count, 1) << call;
        EXPECT_EQ(runs.size(), plain_runs.size());
      } else {
        EXPECT_EQ(runs, plain_runs);
      }
      const Trace trace = last_trace();
      expect_sound(trace.records);
      EXPECT_EQ(runs_of_leaves(trace.records), program.calls->total());
    }
    if (options.collect_metrics) {
      EXPECT_LE(last_metrics().ideal_time_ms, last_metrics().execution_time_ms + 0.001);
      EXPECT_EQ(last_metrics().node_stats.size(), program.graph.size());
    }
  }
}

TEST(ObservationLaw, WatchingChangesNothing) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) check_program(seed, seed % 3 == 0);
}

TEST(ObservationLaw, WatchingChangesNothingInSimulatedTime) {
  for (std::uint64_t seed = 100; seed <= 180; ++seed) {
    Runtime::simulated({.seed = seed}).run([&] { check_program(seed, seed % 3 == 0); });
  }
}

TEST(ObservationLaw, ATracerSeesTheSame) {
  for (std::uint64_t seed = 200; seed <= 230; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Program program = random_program(seed, false);
    const Observed expected = observe(program, {.scheduler = "sequential"});
    const TracerContext tracer;
    EXPECT_EQ(observe(program, {.scheduler = "parallel"}), expected);
    expect_sound(tracer.records());
    EXPECT_EQ(runs_of_leaves(tracer.records()), program.calls->total());
  }
}

}  // namespace
}  // namespace ember::xcs
