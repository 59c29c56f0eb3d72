#include <ember/pmap.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include <ember/array.hpp>
#include <ember/execution_error.hpp>
#include <ember/execution_options.hpp>
#include <ember/log.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/vmap.hpp>

#include "batch_parts.hpp"
#include "support/gate.hpp"

namespace ember {
namespace {

using test::error_of;
using test::make_log;
using test::message_of_error;
using test::numbers;
using test::Scripted;
using xcs::ParallelExecutionError;
using xcs::pmap;

Op<> echo(test::CallLogPtr log = make_log()) {
  return Scripted([](const Value& in) { return in; }, std::move(log));
}

/// Sets XCS_NUM_WORKERS while it lives.
class WorkersVariable {
 public:
  explicit WorkersVariable(const char* text) { ::setenv("XCS_NUM_WORKERS", text, 1); }
  ~WorkersVariable() { ::unsetenv("XCS_NUM_WORKERS"); }
};

std::size_t shard_count(const xcs::PmapOptions& options) {
  const auto log = make_log();
  (void)pmap(echo(log), options)(numbers(1000));
  return log->count();
}

TEST(Pmap, WorkersWithoutANumber) {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  EXPECT_EQ(xcs::default_num_workers(), std::max(1, cores - 1));
  {
    const WorkersVariable variable("3");
    EXPECT_EQ(xcs::default_num_workers(), 3);
    EXPECT_EQ(shard_count({}), 3U);
    EXPECT_EQ(shard_count({.num_workers = 0}), 3U);
    EXPECT_EQ(shard_count({.num_workers = 5}), 5U);
  }
  for (const char* text : {"invalid", "-2", "0", "", "3x"}) {
    const WorkersVariable variable(text);
    EXPECT_EQ(xcs::default_num_workers(), std::max(1, cores - 1)) << text;
  }
}

TEST(Pmap, OneNumberUnderTwoNames) {
  EXPECT_EQ(shard_count({.max_workers = 4}), 4U);
  EXPECT_EQ(shard_count({.num_workers = 4, .max_workers = 4}), 4U);
  EXPECT_THROW((void)pmap({.num_workers = 4, .max_workers = 5}), InvalidArgumentError);
  EXPECT_EQ(shard_count({.execution_options = xcs::PmapExecutionOptions{.max_workers = 6}}), 6U);
  EXPECT_EQ(shard_count({.devices = {"a", "b", "c"}}), 3U);
  const auto scope = xcs::execution_options({.max_workers = 2});
  EXPECT_EQ(shard_count({.num_workers = 4}), 2U) << "the caller's bound holds";
}

TEST(Pmap, OptionsOutOfRangeAreNamed) {
  const auto message = [](const xcs::PmapOptions& options) {
    return message_of_error<TransformError>([&] { (void)pmap(options); });
  };
  EXPECT_NE(message({.num_workers = -2}).find("num_workers must be positive"), std::string::npos);
  EXPECT_NE(message({.max_workers = -1}).find("max_workers must be positive"), std::string::npos);
  EXPECT_NE(message({.devices = std::vector<Value>{}}).find("devices must not be empty"), std::string::npos);
  EXPECT_NE(message({.granularity = "bits"}).find("auto, item, shard"), std::string::npos);
  EXPECT_NE(message({.sharding_options = {.strategy = "odd"}}).find("dynamic, even, greedy"),
            std::string::npos);
  EXPECT_NE(message({.sharding_options = {.max_shard_size = -1}}).find("max_shard_size"), std::string::npos);
  for (const double seconds : {0.0, -1.0, std::nan("")}) {
    EXPECT_NE(message({.timeout_seconds = seconds}).find("timeout_seconds must be positive"),
              std::string::npos);
  }
  EXPECT_THROW((void)pmap(echo(), {.devices = {1.5}}), TransformError);
  EXPECT_THROW((void)xcs::PmapOptions::from({{"num_workers", true}}), TransformError);
  EXPECT_THROW((void)xcs::PmapOptions::from({{"workers", 2}}), TransformError);
  EXPECT_EQ(xcs::PmapOptions::from({{"num_workers", 2}, {"strategy", "greedy"}}).num_workers, 2);
  EXPECT_EQ(xcs::PmapOptions::from({{"devices", "gpu:0"}}).devices.ids(), std::vector<Value>{"gpu:0"});
  EXPECT_FALSE(xcs::PmapOptions::from({{"devices", nullptr}}).devices.is_given());
  for (const Value& devices : {Value(2), Value(true), Value{{"gpu", 0}}, list({})}) {
    EXPECT_THROW((void)xcs::PmapOptions::from({{"devices", devices}}), TransformError);
  }
}

TEST(Pmap, StrategiesDivideDifferently) {
  const auto sizes = [](const xcs::ShardingOptions& sharding) {
    const Op<> measure = Scripted([](const Value& in) -> Value { return in.size(); });
    return pmap(measure, {.num_workers = 4, .sharding_options = sharding})(numbers(5));
  };
  EXPECT_EQ(sizes({.strategy = "even"}), list({2, 1, 1, 1}));
  EXPECT_EQ(sizes({.strategy = "greedy"}), list({2, 2, 1}));
  EXPECT_EQ(sizes({.strategy = "dynamic"}), list({1, 1, 1, 1, 1}));
  EXPECT_EQ(sizes({.adaptive_sharding = true}), list({1, 1, 1, 1, 1}));
  EXPECT_EQ(sizes({.max_shard_size = 1}), list({1, 1, 1, 1, 1}));
}

TEST(Pmap, LenientLengthsAreCutWithAWarning) {
  std::vector<std::string> warnings;
  set_log_hook([&](LogLevel, std::string_view text) { warnings.emplace_back(text); });
  const Value out = pmap(echo(), {.num_workers = 2, .sharding_options = {.strict_batch_size = false}})(
      {{"a", numbers(4)}, {"b", numbers(2)}});
  set_log_hook({});
  EXPECT_EQ(out, (Value{{"a", numbers(2)}, {"b", numbers(2)}}));
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("a has 4, b has 2"), std::string::npos);
}

class Declaring final : public Operator<> {
 public:
  Declaring(Schema field, test::CallLogPtr log)
      : specification_({.input_model = Schema("In", {{"x", std::move(field)}})}), log_(std::move(log)) {}
  [[nodiscard]] const Specification* specification() const override { return &specification_; }
  Value forward(const Value& inputs) const override {
    log_->add(inputs["x"]);
    return inputs["x"];
  }

 private:
  Specification specification_;
  test::CallLogPtr log_;
};

TEST(Pmap, GranularityFollowsTypesAndDeclarations) {
  const auto calls = [](const auto& make) {
    const auto log = make_log();
    (void)pmap(make(log), {.num_workers = 2})({{"x", numbers(6)}});
    return log->count();
  };
  EXPECT_EQ(calls([](auto log) { return Declaring(Schema::integer(), log); }), 6U);
  EXPECT_EQ(calls([](auto log) { return Declaring(Schema::optional(Schema::number()), log); }), 6U);
  EXPECT_EQ(calls([](auto log) { return Declaring(Schema::list(), log); }), 2U);
  EXPECT_EQ(calls([](auto log) { return Declaring(Schema::any(), log); }), 2U);
  EXPECT_EQ(calls([](auto log) { return echo(log); }), 2U);
  EXPECT_EQ(calls([](auto log) {
              return op("f", [log](const Value& in) -> Value {
                log->add(in);
                return in;
              });
            }),
            6U);
  EXPECT_EQ(calls([](auto log) { return xcs::jit(Declaring(Schema::integer(), log)); }), 6U);
  EXPECT_EQ(calls([](auto log) { return xcs::jit(echo(log)); }), 2U);
}

TEST(Pmap, AListForADeclaredRecordIsAListOfRecords) {
  const Value records = list({Value{{"x", 1}}, Value{{"x", 2}}, Value{{"x", 3}}});
  for (const Schema& field : {Schema::integer(), Schema::any()}) {
    const auto log = make_log();
    EXPECT_EQ(pmap(Declaring(field, log), {.num_workers = 2})(records), list({1, 2, 3}));
    EXPECT_EQ(log->count(), 3U);
    EXPECT_EQ(xcs::mesh_sharded(Declaring(field, log), xcs::DeviceMesh({.shape = {2}}),
                                xcs::PartitionSpec(0))(records),
              list({1, 2, 3}));
  }
}

TEST(Pmap, TypedOperatorsDecideByTheirTypes) {
  const Op<std::vector<int>(std::vector<int>)> items =
      pmap(op("next", [](int x) { return x + 1; }), {.num_workers = 2});
  EXPECT_EQ(items({1, 2, 3}), (std::vector<int>{2, 3, 4}));
  const Op<std::vector<int>(std::vector<int>)> sums =
      pmap(op("sum", [](const std::vector<int>& part) { return static_cast<int>(part.size()); }),
           {.num_workers = 2});
  EXPECT_EQ(sums({1, 2, 3}), (std::vector<int>{2, 1}));
  const Op<std::vector<int>(std::vector<int>)> lists =
      pmap(op("same", [](const std::vector<int>& part) { return part; }), {.num_workers = 2});
  EXPECT_EQ(lists({1, 2, 3}), (std::vector<int>{1, 2, 3}));
  const auto next = op("next", [](int x) { return x + 1; });
  EXPECT_THROW((void)pmap(next, {.granularity = "shard"}), TransformError);
  EXPECT_EQ(pmap(dynamic(next), {.num_workers = 2})(numbers(3)), list({1, 2, 3}));
}

TEST(Pmap, JoinsShards) {
  const auto joined = [](const std::function<Value(const Value&)>& answer) {
    return pmap(Scripted(answer), {.num_workers = 2})({{"x", numbers(4)}});
  };
  EXPECT_EQ(joined([](const Value& in) { return in["x"]; }), numbers(4));
  EXPECT_EQ(joined([](const Value& in) -> Value { return in["x"].size(); }), list({2, 2}));
  const auto uneven = [](const Value& in) -> Value {
    if (in["x"][0] == Value(0)) return {{"a", in["x"]}, {"only", 1}};
    return {{"a", "text"}};
  };
  EXPECT_EQ(joined(uneven), (Value{{"a", list({0, 1, "text"})}, {"only", list({1})}}));
  const Value m = array<double>({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(pmap(echo(), {.num_workers = 3})(m), m);
  EXPECT_EQ(pmap(echo(), {.num_workers = 2, .in_axes = 1})(m),
            (array<double>({8, 1}, {1, 3, 5, 7, 2, 4, 6, 8})));
}

TEST(Pmap, NothingToDivideIsOneCall) {
  const auto log = make_log();
  EXPECT_EQ(pmap(echo(log), {.num_workers = 4})({{"x", list({})}}), (Value{{"x", list({})}}));
  EXPECT_EQ(pmap(echo(log), {.num_workers = 4})("text"), Value("text"));
  EXPECT_EQ(pmap(echo(log), {.num_workers = 4, .in_axes = nullptr})(numbers(3)), numbers(3));
  EXPECT_EQ(log->count(), 3U);
  EXPECT_EQ(pmap(echo(log), {.granularity = "item"})({{"x", list({})}}), Value::mapping({}));
  EXPECT_EQ(log->count(), 3U);
}

TEST(Pmap, ADirectCallFailsAsItself) {
  const Op<> bad = Scripted([](const Value&) -> Value { throw std::runtime_error("boom"); });
  const auto error = error_of<OperatorExecutionError>([&] { (void)pmap(bad)("text"); });
  EXPECT_EQ(message_of(error.cause()), "boom");
}

Op<> failing_on(std::int64_t bad) {
  return op("f", [bad](const Value& in) -> Value {
    if (in.integer() == bad) throw std::runtime_error("boom");
    return in;
  });
}

TEST(Pmap, FailedPositionsAreNullOnRequest) {
  const auto lenient = pmap(failing_on(2), {.num_workers = 2, .continue_on_errors = true});
  EXPECT_EQ(lenient(numbers(4)), list({0, 1, nullptr, 3}));
  const auto detailed = xcs::call_detailed(lenient, numbers(4));
  ASSERT_EQ(detailed.errors.size(), 1U);
  EXPECT_EQ(detailed.errors[0].items, (xcs::ItemRange{2, 3}));
  EXPECT_THROW((void)pmap(failing_on(0), {.continue_on_errors = true})(list({0, 0})), ParallelExecutionError);
  const Op<> by_shard = Scripted([](const Value& in) -> Value {
    if (in["x"][0].integer() == 3) throw std::runtime_error("boom");
    return {{"out", in["x"]}, {"count", in["x"].size()}};
  });
  EXPECT_EQ(
      pmap(by_shard, {.num_workers = 3, .continue_on_errors = true})({{"x", numbers(8)}}),
      (Value{{"out", list({0, 1, 2, nullptr, nullptr, nullptr, 6, 7})}, {"count", list({3, nullptr, 2})}}));
}

TEST(Pmap, WhatIsDoneAtTheDeadlineCountsOnRequest) {
  const auto runtime = Runtime::simulated({.seed = 5});
  runtime.run([&] {
    const auto slow_from = [](std::int64_t slow, auto call) {
      const auto sleepy = op("f", [slow](const Value& in) -> Value {
        (void)Context::current().sleep_for(std::chrono::seconds(in.integer() >= slow ? 10 : 0));
        return in;
      });
      return call(sleepy);
    };
    const xcs::PmapOptions options{
        .num_workers = 8, .timeout_seconds = 1.0, .return_partial_on_timeout = true};
    const TimePoint begin = runtime.now();
    const auto result =
        slow_from(3, [&](const auto& f) { return xcs::call_detailed(pmap(f, options), numbers(5)); });
    EXPECT_EQ(runtime.now() - begin, std::chrono::seconds(1));
    EXPECT_EQ(result.output, list({0, 1, 2, nullptr, nullptr}));
    ASSERT_EQ(result.errors.size(), 2U);
    EXPECT_THROW(std::rethrow_exception(result.errors[0].error), xcs::ExecutionTimeoutError);
    EXPECT_THROW(slow_from(0, [&](const auto& f) { return pmap(f, options)(numbers(2)); }),
                 xcs::ExecutionTimeoutError);
    EXPECT_EQ(pmap(test::Waiting(0.5), {.num_workers = 1,
                                        .granularity = "item",
                                        .timeout_seconds = 1.2,
                                        .return_partial_on_timeout = true})(numbers(4)),
              list({0, 1, nullptr, nullptr}));
  });
}

// The timer of the batch and the items that give up at the same deadline race in real time, many times over.
TEST(Pmap, ItemsThatGiveUpAtTheDeadlineAreMissing) {
  const Op<> punctual = op("punctual", [](const Value&) -> Value {
    const Context context = Context::current();
    context.clock()->sleep_until(context.deadline(), {});
    throw std::runtime_error("no time left");
  });
  for (int round = 0; round < 100; ++round) {
    xcs::PmapOptions options{.num_workers = 2, .granularity = "item", .timeout_seconds = 0.001};
    EXPECT_THROW(pmap(punctual, options)(numbers(3)), xcs::ExecutionTimeoutError) << round;
    options.continue_on_errors = true;
    EXPECT_THROW(pmap(punctual, options)(numbers(2)), xcs::ExecutionTimeoutError) << round;
    options.return_partial_on_timeout = true;
    const auto first_at_once =
        op("first", [punctual](const Value& in) { return in.integer() == 0 ? in : punctual(in); });
    try {
      const auto result = xcs::call_detailed(pmap(first_at_once, options), numbers(2));
      for (const auto& failure : result.errors) {
        EXPECT_THROW(std::rethrow_exception(failure.error), xcs::ExecutionTimeoutError) << round;
      }
      EXPECT_EQ(result.errors.size(), 1U);
    } catch (const xcs::ExecutionTimeoutError&) {  // On a busy machine not even the first was made in time.
    }
  }
}

TEST(Pmap, OnlyTheDeadlineIsForgivenForAPart) {
  const xcs::PmapOptions options{.num_workers = 2, .timeout_seconds = 1.0, .return_partial_on_timeout = true};
  const auto error =
      error_of<ParallelExecutionError>([&] { (void)pmap(failing_on(2), options)(numbers(4)); });
  EXPECT_EQ(error.index(), 2U);
}

TEST(Pmap, ShardsSeeTheirDevices) {
  std::mutex mutex;
  std::map<std::string, std::size_t> seen;
  const auto noting = [&](const Value& in) -> Value {
    const std::lock_guard lock(mutex);
    seen[Context::current().device()] += in.is_list() ? in.size() : 1;
    return in;
  };
  using Seen = std::map<std::string, std::size_t>;
  const xcs::DeviceList devices = {"left", 7};
  EXPECT_EQ(pmap(Scripted(noting), {.num_workers = 3, .devices = devices})(numbers(6)), numbers(6));
  EXPECT_EQ(seen, (Seen{{"left", 4}, {"7", 2}}));
  seen.clear();
  EXPECT_EQ(pmap(Scripted(noting), {.devices = devices, .granularity = "item"})(numbers(6)), numbers(6));
  EXPECT_EQ(seen, (Seen{{"left", 3}, {"7", 3}}));
  seen.clear();
  EXPECT_EQ(pmap(xcs::jit(xcs::vmap(Scripted(noting))), {.devices = devices})(numbers(6)), numbers(6));
  EXPECT_EQ(seen, (Seen{{"left", 3}, {"7", 3}})) << "also in what runs inside";
}

TEST(Pmap, WorkersBoundWhatRunsInside) {
  testing::Peak peak;
  const Op<> visiting = Scripted([&peak](const Value& in) -> Value {
    const testing::Peak::Visit visit(peak);
    (void)Context::current().sleep_for(std::chrono::milliseconds(5));
    return in;
  });
  Runtime::simulated({.seed = 6}).run([&] {
    EXPECT_EQ(pmap(xcs::vmap(visiting), {.num_workers = 3})(numbers(20)), numbers(20));
  });
  EXPECT_EQ(peak.most(), 3U);
}

TEST(Pmap, ThreadsThatComputeOverlap) {
  testing::Gate gate(2);
  const Op<> meeting = Scripted([&gate](const Value&) -> Value { return gate.arrive(); });
  EXPECT_EQ(pmap(meeting, {.num_workers = 2})(numbers(2)), list({true, true}));
}

TEST(Pmap, AStopRequestEndsIt) {
  Runtime::simulated({.seed = 8}).run([] {
    const Op<> sleepy = Scripted([](const Value& in) -> Value {
      (void)Context::current().sleep_for(std::chrono::seconds(30));
      return in;
    });
    const auto scope = xcs::execution_options({.timeout_seconds = 1.0});
    EXPECT_THROW((void)pmap(xcs::vmap(sleepy), {.num_workers = 2})(numbers(9)), xcs::ExecutionTimeoutError);
  });
}

}  // namespace
}  // namespace ember
