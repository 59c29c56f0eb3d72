// vmap over items that come one at a time: order, bounds, failures, and ends that come early.
#include <ember/vmap_stream.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <numeric>
#include <sstream>

#include <ember/autograph.hpp>
#include <ember/execution_error.hpp>
#include <ember/execution_options.hpp>
#include <ember/fields.hpp>
#include <ember/vmap.hpp>

#include "batch_parts.hpp"
#include "support/gate.hpp"

namespace ember {
namespace {

using namespace std::chrono_literals;
using test::doubling;
using test::error_of;
using test::message_of_error;
using test::Scripted;
using test::Waiting;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using xcs::ItemError;
using xcs::vmap_stream;

/// The ints [0, count), with a count of how many were read.
ValueStream numbers(int count, const std::shared_ptr<int>& read = std::make_shared<int>(0)) {
  return ValueStream([count, read]() -> std::optional<Value> {
    if (*read == count) return std::nullopt;
    return (*read)++;
  });
}

std::vector<Value> all(ValueStream stream) {
  return {stream.begin(), ValueStream::end()};
}

std::vector<Value> ints(int count) {
  std::vector<int> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return {numbers.begin(), numbers.end()};
}

/// Gives its input, all inputs of a request together, and notes how many they were.
class Request final : public Operator<> {
 public:
  explicit Request(test::CallLogPtr log) : log_(std::move(log)) {}
  Value forward(const Value& input) const override { return input; }
  [[nodiscard]] std::vector<Value> forward_batch(const std::vector<Value>& inputs) const override {
    log_->add(inputs.size());
    for (const Value& input : inputs)
      if (input == Value(-1)) throw std::runtime_error("refused");
    return inputs;
  }

 private:
  test::CallLogPtr log_;
};

/// Waits as many seconds as its input says, by the clock of its call, without a thread.
class Sleeping final : public Operator<> {
 public:
  void forward_async(Value inputs, Context context, Completion done) const override {
    auto shared = std::make_shared<Completion>(std::move(done));
    context.clock()->call_at(time_after(context.clock()->now(), from_seconds(inputs.number())),
                             [shared, inputs] { (*shared)(inputs); });
  }
};

TEST(VmapStream, GivesOutputsInOrder) {
  EXPECT_THAT(all(vmap_stream(doubling(), numbers(3))), ElementsAre(0, 2, 4));
  EXPECT_THAT(all(vmap_stream(doubling(), ValueStream())), ElementsAre());
  EXPECT_EQ(all(vmap_stream(Waiting(0.001), numbers(500), {.batch_size = 50})), ints(500));
}

TEST(VmapStream, ReadsNothingBeforeItIsAsked) {
  const auto read = std::make_shared<int>(0);
  ValueStream outputs = vmap_stream(doubling(), numbers(100, read), {.batch_size = 5});
  EXPECT_EQ(*read, 0);
  EXPECT_EQ(outputs.next(), Value(0));
  EXPECT_LE(*read, 5);
}

TEST(VmapStream, NeverReadsFartherAheadThanTheBatchSize) {
  const Op<> ops[] = {doubling(), Waiting(0.0001), Request(test::make_log())};
  for (const Op<>& op : ops) {
    const auto read = std::make_shared<int>(0);
    int given = 0;
    for (const Value& output : vmap_stream(op, numbers(300, read), {.batch_size = 7})) {
      EXPECT_LE(*read - given, 7) << op.name();
      EXPECT_EQ(output, Value(op.name() == "double" ? 2 * given : given));
      ++given;
    }
    EXPECT_EQ(given, 300) << op.name();
  }
}

TEST(VmapStream, WhatWaitsSlidesAlongTheItems) {
  const auto runtime = Runtime::simulated({.seed = 1});
  runtime.run([&] {
    const TimePoint begin = runtime.now();
    const std::vector<int> seconds = {1, 3, 1, 1, 1};
    EXPECT_EQ(all(vmap_stream(Sleeping(), ValueStream(seconds), {.batch_size = 2})),
              std::vector<Value>(seconds.begin(), seconds.end()));
    // The third begins when the first is given; one pair after the other would take five seconds.
    EXPECT_EQ(runtime.now() - begin, 4s);
  });
}

TEST(VmapStream, CallsOverlap) {
  testing::Gate gate(6);
  const Op<> meeting = Scripted([&gate](const Value&) -> Value { return gate.arrive(); });
  for (const Value& has_met : vmap_stream(meeting, numbers(6))) EXPECT_TRUE(has_met.boolean());
}

TEST(VmapStream, OperatorsThatTakeBatchesGetTheBatchSizeAtOnce) {
  const auto log = test::make_log();
  EXPECT_EQ(all(vmap_stream(Request(log), numbers(10), {.batch_size = 4})), ints(10));
  EXPECT_THAT(log->inputs(), ElementsAre(4, 4, 2));
}

TEST(VmapStream, InOrderMeansOneByOneOnTheThreadThatReads) {
  const auto self = std::this_thread::get_id();
  const Op<> where = Scripted([self](const Value&) -> Value { return self == std::this_thread::get_id(); });
  const auto read = std::make_shared<int>(0);
  int given = 0;
  for (const Value& here : vmap_stream(where, numbers(20, read), {.parallel = false})) {
    EXPECT_TRUE(here.boolean());
    EXPECT_EQ(*read, ++given);
  }
}

TEST(VmapStream, MaxWorkersIsOfAllItemsTogetherAndOfWhatIsInside) {
  testing::Peak peak;
  const Op<> visiting = Scripted([&peak](const Value& in) -> Value {
    const testing::Peak::Visit visit(peak);
    (void)Context::current().sleep_for(10ms);
    return in;
  });
  const Value row = test::numbers(4);
  Runtime::simulated({.seed = 2}).run([&] {
    const std::vector<Value> rows(12, row);
    EXPECT_EQ(all(vmap_stream(xcs::vmap(visiting), ValueStream(rows), {.max_workers = 3})), rows);
    EXPECT_EQ(peak.most(), 3U);
    const auto scope = xcs::execution_options({.max_workers = 2});
    EXPECT_EQ(all(vmap_stream(xcs::vmap(visiting), ValueStream(rows))), rows);
  });
  EXPECT_EQ(peak.most(), 3U);
}

TEST(VmapStream, IsReadInsideOfOperatorsWithinTheirBound) {
  for (int workers = 1; workers <= 3; ++workers) {
    testing::Peak peak;
    const Op<> visiting = Scripted([&peak](const Value& in) -> Value {
      const testing::Peak::Visit visit(peak);
      (void)Context::current().sleep_for(10ms);
      return in;
    });
    // What is done between two outputs counts as execution, too.
    const Op<> reading = Scripted([&](const Value& count) -> Value {
      std::int64_t sum = 0;
      for (const Value& output : vmap_stream(visiting, numbers(static_cast<int>(count.integer())))) {
        const testing::Peak::Visit visit(peak);
        (void)Context::current().sleep_for(1ms);
        sum += output.integer();
      }
      return sum;
    });
    Runtime::simulated({.seed = 3}).run([&] {
      EXPECT_EQ(xcs::vmap(reading, {.max_workers = workers})(list({10, 20, 5, 0})), list({45, 190, 10, 0}));
    });
    EXPECT_EQ(peak.most(), static_cast<std::size_t>(workers));
  }
}

TEST(VmapStream, TheFirstFailureComesBehindTheOutputsBeforeItAndEndsTheStream) {
  const auto read = std::make_shared<int>(0);
  const Op<> refusing = Scripted([](const Value& in) -> Value {
    if (in.integer() >= 2) throw std::runtime_error("refused " + std::to_string(in.integer()));
    return in;
  });
  ValueStream outputs = vmap_stream(refusing, numbers(1000, read), {.batch_size = 8});
  EXPECT_EQ(outputs.next(), Value(0));
  EXPECT_EQ(outputs.next(), Value(1));
  const auto error = error_of<ItemError>([&] { (void)outputs.next(); });
  EXPECT_EQ(error.index(), 2U);
  EXPECT_THAT(error.what(), HasSubstr("item 2 failed: refused 2"));
  EXPECT_EQ(outputs.next(), std::nullopt);
  EXPECT_LE(*read, 10);
}

TEST(VmapStream, ItemsOfOneRequestFailTogether) {
  ValueStream outputs = vmap_stream(Request(test::make_log()), ValueStream(std::vector<int>{0, 1, 2, -1, 4}),
                                    {.batch_size = 2});
  EXPECT_EQ(outputs.next(), Value(0));
  EXPECT_EQ(outputs.next(), Value(1));
  const auto error = error_of<ItemError>([&] { (void)outputs.next(); });
  EXPECT_EQ(error.items(), (xcs::ItemRange{2, 4}));
}

TEST(VmapStream, FailuresAreNullOnRequestAndToldInOrder) {
  const Op<> ops[] = {Scripted([](const Value& in) -> Value {
                        if (in.integer() % 3 == 1) throw std::runtime_error("refused");
                        return in;
                      }),
                      Request(test::make_log())};
  std::vector<std::size_t> failed;
  xcs::VmapStreamOptions options{.batch_size = 2, .continue_on_errors = true};
  options.on_failure = [&](const xcs::BatchFailure& failure) {
    failed.push_back(failure.items.first);
    EXPECT_EQ(message_of(failure.error), "refused");
  };
  EXPECT_THAT(all(vmap_stream(ops[0], numbers(6), options)), ElementsAre(0, nullptr, 2, 3, nullptr, 5));
  EXPECT_THAT(failed, ElementsAre(1U, 4U));
  failed.clear();
  EXPECT_THAT(all(vmap_stream(ops[1], ValueStream(std::vector<int>{0, 1, 2, -1, 4}), options)),
              ElementsAre(0, 1, nullptr, nullptr, 4));
  EXPECT_THAT(failed, ElementsAre(2U, 3U));
}

TEST(VmapStream, AnErrorOfTheItemsComesBehindTheOutputsBeforeIt) {
  std::istringstream input("1\n2\nthree\n4\n");
  ValueStream outputs =
      vmap_stream(doubling(), json_lines(input, "rows.jsonl"), {.continue_on_errors = true});
  EXPECT_EQ(outputs.next(), Value(2));
  EXPECT_EQ(outputs.next(), Value(4));
  EXPECT_THAT(message_of_error<DataError>([&] { (void)outputs.next(); }),
              HasSubstr("rows.jsonl:3: not JSON"));
  EXPECT_EQ(outputs.next(), std::nullopt);
}

TEST(VmapStream, EndingEarlyStopsWhatIsUnderWay) {
  constexpr int count = 4;
  std::promise<void> all_stopped;
  std::atomic<int> stopped = 0;
  testing::Gate started(count);
  const Op<> patient = Scripted([&](const Value& in) -> Value {
    if (in.integer() == 0) return in;
    (void)started.arrive();
    (void)Context::current().sleep_for(24h);
    if (Context::current().stop_requested() && ++stopped == count - 1) all_stopped.set_value();
    return in;
  });
  {
    ValueStream outputs = vmap_stream(patient, numbers(100), {.batch_size = count});
    EXPECT_EQ(outputs.next(), Value(0));
    EXPECT_TRUE(started.arrive());
  }
  EXPECT_EQ(all_stopped.get_future().wait_for(30s), std::future_status::ready);
}

TEST(VmapStream, ADeadlineIsThatOfEachCall) {
  const auto runtime = Runtime::simulated({.seed = 1});
  runtime.run([&] {
    const auto scope = xcs::execution_options({.timeout_seconds = 2});
    const std::vector<int> seconds = {1, 1, 1, 1, 5};
    ValueStream outputs = vmap_stream(Sleeping(), ValueStream(seconds), {.batch_size = 1});
    for (int i = 0; i < 4; ++i) EXPECT_EQ(outputs.next(), Value(1));
    const auto error = error_of<ItemError>([&] { (void)outputs.next(); });
    EXPECT_EQ(error.index(), 4U);
    EXPECT_THROW(std::rethrow_exception(error.cause()), xcs::ExecutionTimeoutError);
  });
}

TEST(VmapStream, StreamsStandInEachOther) {
  const Op<> sum =
      op("sum", [](const Value& pair) -> Value { return pair[0].integer() + pair[1].integer(); });
  const Op<> paired = op("paired", [](const Value& x) -> Value { return list({x, x}); });
  EXPECT_THAT(all(vmap_stream(sum, vmap_stream(paired, vmap_stream(Waiting(0.001), numbers(4))))),
              ElementsAre(0, 2, 4, 6));
}

TEST(VmapStream, TypedOperatorsAndThoseOfSeveralArgumentsTakeTheirItems) {
  const auto length = op("length", [](const std::string& text) { return static_cast<int>(text.size()); });
  std::istringstream input("one\nthree\n");
  EXPECT_THAT(all(vmap_stream(length, lines(input))), ElementsAre(3, 5));
  const auto add = op("add", [](int x, int y) { return x + y; });
  EXPECT_THAT(all(vmap_stream(add, ValueStream(std::vector<Value>{list({1, 2}), list({3, 4})}))),
              ElementsAre(3, 7));
}

TEST(VmapStream, ListsInItemsAreNotDivided) {
  const Op<> size = op("size", [](const Value& item) -> Value { return item["texts"].size(); });
  EXPECT_THAT(all(vmap_stream(size, ValueStream(std::vector<Value>{{{"texts", list({1, 2, 3})}}}))),
              ElementsAre(3));
}

/// Gives its input soon, without a thread.
class Later final : public Operator<> {
 public:
  void forward_async(Value inputs, Context context, Completion done) const override {
    auto shared = std::make_shared<Completion>(std::move(done));
    context.clock()->call_at(context.clock()->now(), [shared, inputs] { (*shared)(inputs); });
  }
};

/// Knows how many of its kind there are.
class Counted {
 public:
  explicit Counted(std::atomic<int>& live, std::atomic<int>& most) : live_(live) {
    const int now = ++live_;
    if (now > most) most = now;  // Read on one thread.
  }
  ~Counted() { --live_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<int>& live_;
};

TEST(VmapStream, MemoryDoesNotGrowWithTheNumberOfItems) {
  constexpr int batch_size = 16;
  const Op<> ops[] = {op("same", [](const Value& item) -> Value { return item; }), Later(),
                      Request(test::make_log())};
  const int counts[] = {300'000, 5'000, 50'000};
  for (std::size_t i = 0; i < std::size(ops); ++i) {
    std::atomic<int> live = 0;
    std::atomic<int> most = 0;
    int read = 0;
    ValueStream items([&]() -> std::optional<Value> {
      if (read++ == counts[i]) return std::nullopt;
      return Value::native(std::make_shared<const Counted>(live, most), native_type_of<Counted>());
    });
    int given = 0;
    for (const Value& output : vmap_stream(ops[i], std::move(items), {.batch_size = batch_size})) {
      given += output.is_native() ? 1 : 0;
    }
    EXPECT_EQ(given, counts[i]) << ops[i].name();
    // Threads that have just ended a call hold its input for a moment.
    EXPECT_LE(most, 2 * batch_size + 64) << ops[i].name();
  }
}

TEST(VmapStream, OptionsOutOfRangeAreNamed) {
  EXPECT_THAT(
      message_of_error<TransformError>([] { (void)vmap_stream(doubling(), numbers(1), {.batch_size = 0}); }),
      HasSubstr("batch_size must be positive"));
  EXPECT_THAT(message_of_error<TransformError>(
                  [] { (void)vmap_stream(doubling(), numbers(1), {.max_workers = -1}); }),
              HasSubstr("max_workers must be positive"));
  EXPECT_THROW((void)vmap_stream(Op<>(), numbers(1)), InvalidArgumentError);
}

TEST(VmapStream, IsRefusedWhileCallsAreRecorded) {
  xcs::Autograph graph;
  EXPECT_THAT(
      message_of_error<TraceError>([&] { graph.record([] { (void)vmap_stream(doubling(), numbers(2)); }); }),
      HasSubstr("vmap_stream was called while calls are recorded"));
}

}  // namespace
}  // namespace ember
