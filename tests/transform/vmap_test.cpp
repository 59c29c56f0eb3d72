#include <ember/vmap.hpp>

#include <gtest/gtest.h>

#include <thread>

#include <ember/array.hpp>
#include <ember/autograph.hpp>
#include <ember/execute.hpp>
#include <ember/execution_error.hpp>
#include <ember/execution_options.hpp>
#include <ember/fields.hpp>
#include <ember/jit.hpp>
#include <ember/pmap.hpp>

#include "batch_parts.hpp"
#include "support/gate.hpp"

namespace ember {

struct VmapReview {
  std::string text{};
  int stars = 0;
};
EMBER_FIELDS(VmapReview, text, stars)

namespace {

using test::doubling;
using test::error_of;
using test::make_log;
using test::message_of_error;
using test::numbers;
using test::Scripted;
using test::Waiting;
using xcs::ItemError;
using xcs::vmap;

Op<> echo() {
  return Scripted([](const Value& in) { return in; });
}

/// Fails for the ints in `bad`.
Op<> failing_for(std::vector<std::int64_t> bad, test::CallLogPtr log = make_log()) {
  return Scripted(
      [bad](const Value& in) -> Value {
        for (const std::int64_t number : bad) {
          if (in.integer() == number) throw std::runtime_error("bad " + std::to_string(number));
        }
        return in;
      },
      std::move(log));
}

TEST(Vmap, TheFirstFailingItemDecidesAndNamesItsCause) {
  const auto error = error_of<ItemError>([] { (void)vmap(failing_for({3, 1}))(numbers(5)); });
  EXPECT_STREQ(error.what(), "[vmap] item 1 failed: bad 1");
  EXPECT_EQ(error.index(), 1U);
  EXPECT_EQ(message_of(error.cause()), "bad 1");
  EXPECT_EQ(error.code(), Errc::transform);
}

TEST(Vmap, ItemsBeforeTheFirstFailureWereAttempted) {
  const auto log = make_log();
  EXPECT_THROW((void)vmap(failing_for({40}, log))(numbers(1000)), ItemError);
  std::vector<bool> seen(1000);
  for (const Value& input : log->inputs()) seen[static_cast<std::size_t>(input.integer())] = true;
  for (std::size_t i = 0; i <= 40; ++i) EXPECT_TRUE(seen[i]) << i;
}

TEST(Vmap, InOrderNothingAfterAFailureIsCalled) {
  const auto log = make_log();
  const auto scope = xcs::execution_options({.use_parallel = false});
  EXPECT_THROW((void)vmap(failing_for({2}, log))(numbers(10)), ItemError);
  EXPECT_EQ(log->count(), 3U);
}

TEST(Vmap, ThePathOfAFailureLeadsThroughTheItem) {
  class Inner final : public Composite<> {
   public:
    Var<> forward(Var<> inputs) const override { return part_(inputs); }

   private:
    Op<> part_ = child("judge", failing_for({1}));
  };
  const auto error = error_of<ItemError>([] { (void)vmap(xcs::jit(Inner()))(numbers(2)); });
  EXPECT_EQ(error.path(), "Inner.judge");
  EXPECT_STREQ(error.what(), "[vmap] item 1 failed: bad 1");
}

TEST(Vmap, InOrderMeansOnTheCallingThread) {
  const auto caller = std::this_thread::get_id();
  const Op<> where =
      Scripted([caller](const Value&) -> Value { return std::this_thread::get_id() == caller; });
  for (const auto& options : {xcs::VmapOptions{.parallel = false}, xcs::VmapOptions{.max_workers = 1}}) {
    const Value out = vmap(where, options)(numbers(50));
    for (const Value& here : out.items()) EXPECT_TRUE(here.boolean());
  }
}

TEST(Vmap, ItemsOverlap) {
  testing::Gate gate(8);
  const Op<> meeting = Scripted([&gate](const Value&) -> Value { return gate.arrive(); });
  const Value out = vmap(meeting)(numbers(8));
  for (const Value& met : out.items()) EXPECT_TRUE(met.boolean());
}

TEST(Vmap, BatchSizeBoundsItemsUnderWay) {
  testing::Peak peak;
  const Op<> visiting = Scripted([&peak](const Value& in) -> Value {
    const testing::Peak::Visit visit(peak);
    (void)Context::current().sleep_for(std::chrono::milliseconds(1));
    return in;
  });
  Runtime::simulated({.seed = 4}).run([&] {
    EXPECT_EQ(vmap(visiting, {.batch_size = 3})(numbers(20)), numbers(20));
  });
  EXPECT_EQ(peak.most(), 3U);
}

TEST(Vmap, ItemsThatWaitHoldNoThread) {
  const auto log = make_log();
  const auto batch = vmap(Waiting(0.02, log));
  EXPECT_TRUE(batch.target().is_async());
  EXPECT_EQ(batch(numbers(2000)), numbers(2000));
  EXPECT_EQ(log->count(), 2000U);
}

TEST(Vmap, WaitingItemsRunWindowByWindow) {
  const auto runtime = Runtime::simulated({.seed = 1});
  runtime.run([&] {
    const TimePoint begin = runtime.now();
    EXPECT_EQ(vmap(Waiting(1), {.batch_size = 4})(numbers(10)), numbers(10));
    EXPECT_EQ(runtime.now() - begin, std::chrono::seconds(3));
  });
}

TEST(Vmap, ManyWindowsThatEndAtOnceDoNotPileUp) {
  class Instant final : public Operator<> {
   public:
    void forward_async(Value inputs, Context, Completion done) const override { done(std::move(inputs)); }
  };
  const auto inner = vmap(Instant(), {.batch_size = 1});
  // Inside another batch the windows are started, not waited for.
  EXPECT_EQ(vmap(inner)(list({numbers(20'000), numbers(3)})), list({numbers(20'000), numbers(3)}));
}

TEST(Vmap, MaxWorkersBoundsEveryNesting) {
  const auto runtime = Runtime::simulated({.seed = 2});
  testing::Peak peak;
  const Op<> visiting = Scripted([&peak](const Value& in) -> Value {
    const testing::Peak::Visit visit(peak);
    (void)Context::current().sleep_for(std::chrono::milliseconds(10));
    return in;
  });
  const Value rows = list({numbers(6), numbers(6), numbers(6), numbers(6)});
  runtime.run([&] {
    EXPECT_EQ(vmap(vmap(visiting), {.max_workers = 3})(rows), rows);
    const auto scope = xcs::execution_options({.max_workers = 2});
    EXPECT_EQ(xcs::pmap(vmap(vmap(visiting)), {.num_workers = 4})(list({rows, rows})), list({rows, rows}));
  });
  EXPECT_EQ(peak.most(), 3U);
}

TEST(Vmap, OneWorkerIsEnoughForAnyNesting) {
  const Value rows = list({numbers(3), numbers(2)});
  const auto scope = xcs::execution_options({.max_workers = 1});
  EXPECT_EQ(vmap(vmap(Waiting(0.001)))(rows), rows);
  EXPECT_EQ(vmap(vmap(echo()))(rows), rows);
  EXPECT_EQ(vmap(xcs::jit(vmap(echo())))(rows), rows);
}

TEST(Vmap, DeadlinesCoverTheWholeBatch) {
  const auto runtime = Runtime::simulated({.seed = 3});
  runtime.run([&] {
    const Op<> sleepy = Scripted([](const Value& in) -> Value {
      (void)Context::current().sleep_for(std::chrono::milliseconds(300));
      return in;
    });
    for (const Op<>& op : {sleepy, Op<>(Waiting(0.3))}) {
      const TimePoint begin = runtime.now();
      const auto scope = xcs::execution_options({.max_workers = 2, .timeout_seconds = 0.4});
      EXPECT_THROW((void)vmap(op)(numbers(8)), xcs::ExecutionTimeoutError);
      EXPECT_EQ(runtime.now() - begin, std::chrono::milliseconds(400));
    }
  });
}

TEST(Vmap, AxesOfInputs) {
  const Value m = list({list({1, 2}), list({3, 4}), list({5, 6})});
  EXPECT_EQ(vmap(echo(), {.in_axes = -1})(m), list({list({1, 3, 5}), list({2, 4, 6})}));
  EXPECT_EQ(vmap(echo(), {.in_axes = -2})(m), m);
  EXPECT_EQ(vmap(echo(), {.in_axes = {1}})(m), list({list({1, 3, 5}), list({2, 4, 6})}));
  const auto message = [&](const xcs::Axes& axes, const Value& input) {
    return message_of_error<TransformError>([&] { (void)vmap(echo(), {.in_axes = axes})(input); });
  };
  EXPECT_NE(message(2, m).find("axis 2 is out of range"), std::string::npos);
  EXPECT_NE(message(-3, m).find("axis -3 is out of range"), std::string::npos);
  EXPECT_NE(message(1, list({list({1}), list({1, 2})})).find("ragged"), std::string::npos);
  EXPECT_NE(message(1, list({list({1}), 2})).find("out of range"), std::string::npos);
  EXPECT_NE(message(nullptr, m).find("no batched input"), std::string::npos);
  EXPECT_NE(message({{"x", 0}}, m).find("in_axes names fields"), std::string::npos);
  EXPECT_NE(message({0, 0}, m).find("2 entries for 1 argument"), std::string::npos);
  EXPECT_NE(message({{"z", 0}}, {{"x", m}, {"y", 1}}).find("'z', which the input lacks; there are: x, y"),
            std::string::npos);
  EXPECT_NE(message({{"y", 0}}, {{"x", m}, {"y", 1}}).find("'y' is batched, but it is a int"),
            std::string::npos);
}

TEST(Vmap, AxesThatAreNone) {
  for (const xcs::Axes& axes : {xcs::Axes("concat"), xcs::Axes(true), xcs::Axes(1.5), xcs::Axes({"a", "b"}),
                                xcs::Axes({{"x", "a"}}), xcs::Axes({{"x", list({0})}})}) {
    EXPECT_NE(
        message_of_error<TransformError>([&] { (void)vmap({.in_axes = axes}); }).find("in_axes must be"),
        std::string::npos);
  }
  for (const xcs::Axes& axes :
       {xcs::Axes("stack"), xcs::Axes(true), xcs::Axes({0, 1}), xcs::Axes({{"x", "a"}})}) {
    EXPECT_NE(
        message_of_error<TransformError>([&] { (void)vmap({.out_axes = axes}); }).find("out_axes must be"),
        std::string::npos);
  }
}

TEST(Vmap, AxesOfOutputs) {
  const Value m = list({list({1, 2}), list({3, 4}), list({5, 6})});
  EXPECT_EQ(vmap(echo(), {.out_axes = 1})(m), list({list({1, 3, 5}), list({2, 4, 6})}));
  EXPECT_EQ(vmap(echo(), {.out_axes = -1})(m), list({list({1, 3, 5}), list({2, 4, 6})}));
  EXPECT_EQ(vmap(echo(), {.in_axes = 1, .out_axes = 1})(m), m);
  EXPECT_EQ(vmap(echo(), {.out_axes = nullptr})(list({7, 7})), Value(7));
  EXPECT_THROW((void)vmap(echo(), {.out_axes = nullptr})(list({7, 8})), TransformError);
  EXPECT_THROW((void)vmap(echo(), {.out_axes = 1})(list({7, 8})), TransformError);
  EXPECT_THROW((void)vmap(echo(), {.out_axes = 1})(list({list({7}), list({8, 9})})), TransformError);
  EXPECT_EQ(vmap(echo(), {.out_axes = "concat"})(list({list({1}), 2, list({3, 4})})), list({1, 2, 3, 4}));
  const Value input = {{"a", m}, {"b", list({9, 9, 9})}, {"c", m}};
  EXPECT_EQ(vmap(echo(), {.out_axes = {{"a", 1}, {"b", nullptr}}})(input),
            (Value{{"a", list({list({1, 3, 5}), list({2, 4, 6})})}, {"b", 9}, {"c", m}}));
  EXPECT_THROW((void)vmap(echo(), {.out_axes = {{"z", 1}}})(input), TransformError);
  EXPECT_THROW((void)vmap(echo(), {.out_axes = {{"z", 1}}})(m), TransformError);
}

TEST(Vmap, WhatAnItemGivesDecidesTheOutput) {
  const Value maps = list({Value{{"a", 1}}, Value{{"a", 2}}});
  EXPECT_EQ(vmap(echo())(maps), maps) << "list in, list out";
  const Op<> mixed = Scripted([](const Value& in) -> Value {
    return in["x"].integer() == 1 ? Value{{"a", 1}} : Value(2);
  });
  EXPECT_EQ(vmap(mixed)({{"x", list({1, 2})}}), list({Value{{"a", 1}}, 2}));
  EXPECT_EQ(vmap(echo())({{"x", list({})}, {"k", 1}}), Value::mapping({}));
}

class Declaring final : public Operator<> {
 public:
  [[nodiscard]] const Specification* specification() const override { return &specification_; }
  Value forward(const Value& inputs) const override { return inputs; }

 private:
  Specification specification_ =
      Specification({.structured_output = Schema("Out", {{"x", Schema::integer()}, {"y", Schema::any()}})});
};

TEST(Vmap, NoItemsGiveTheDeclaredFieldsEmpty) {
  EXPECT_EQ(vmap(Declaring())({{"x", list({})}}), (Value{{"x", list({})}, {"y", list({})}}));
  EXPECT_EQ(vmap(xcs::jit(Declaring()))({{"x", list({})}})["y"], list({}));
}

TEST(Vmap, SeveralArguments) {
  const auto add =
      op("add", [](const Value& x, const Value& y) -> Value { return x.integer() + y.integer(); });
  EXPECT_EQ(vmap(add)(list({1, 2, 3}), list({10, 20, 30})), list({11, 22, 33}));
  EXPECT_EQ(vmap(add)(list({1, 2, 3}), 10), list({11, 12, 13}));
  EXPECT_THROW((void)vmap(add, {.in_axes = {0, 0}})(list({1}), 10), TransformError);
  EXPECT_THROW((void)vmap(add)(list({1}), list({1, 2})), TransformError);
  EXPECT_THROW((void)vmap(add, {.in_axes = {{"x", 0}}})(list({1}), 1), TransformError);
  EXPECT_THROW((void)vmap(add)(1, 2), TransformError);
  const auto typed = op("typed", [](int x, int y) { return x + y; });
  EXPECT_EQ(vmap(typed, {.in_axes = {0, nullptr}})(list({1, 2, 3}), 10), (std::vector<int>{11, 12, 13}));
}

TEST(Vmap, TypedOperatorsGiveTypedBatches) {
  const Op<std::string(VmapReview)> shout =
      op("shout", [](const VmapReview& review) { return test::upper(review.text); });
  const Op<std::vector<std::string>(std::vector<VmapReview>)> all = shout | xcs::jit | vmap;
  EXPECT_EQ(all({{"a", 1}, {"b", 2}}), (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(all({}), std::vector<std::string>());
  const Op<std::vector<VmapReview>(std::vector<std::string>)> back =
      vmap(op("back", [](const std::string& text) {
        return VmapReview{text, 5};
      }));
  EXPECT_EQ(back({"x"})[0].text, "x");
  const Op<std::vector<Value>(std::vector<std::string>)> loose =
      vmap(op("loose", [](const std::string& text) -> Value {
        return {{"t", text}};
      }));
  EXPECT_EQ(loose({"x"})[0], (Value{{"t", "x"}}));
  const Op<std::vector<int>(Value)> counted =
      vmap(op("n", [](const Value& in) { return static_cast<int>(in["x"].integer()); }));
  EXPECT_EQ(counted({{"x", list({1, 2})}}), (std::vector<int>{1, 2}));
}

TEST(Vmap, ArraysAreSlicedWithoutCopying) {
  const Value m = array<double>({3, 2}, {1, 2, 3, 4, 5, 6});
  const void* const start = m.array().raw();
  const Op<> place = Scripted([start](const Value& row) -> Value {
    return static_cast<const char*>(row.array().raw()) - static_cast<const char*>(start);
  });
  EXPECT_EQ(vmap(place)(m), list({0, 16, 32}));
  EXPECT_EQ(vmap(echo())(array<double>({2}, {1, 2})), list({1.0, 2.0}));
  const Value columns = vmap(echo(), {.in_axes = 1})(m);
  EXPECT_EQ(columns[1], (array<double>({3}, {2, 4, 6})));
  EXPECT_EQ(vmap(echo(), {.out_axes = "concat"})(m), (array<double>({6}, {1, 2, 3, 4, 5, 6})));
}

class Batching final : public Operator<> {
 public:
  explicit Batching(test::CallLogPtr log) : log_(std::move(log)) {}
  Value forward(const Value&) const override { throw std::logic_error("one by one"); }
  [[nodiscard]] std::vector<Value> forward_batch(const std::vector<Value>& inputs) const override {
    log_->add(inputs.size());
    std::vector<Value> outputs;
    for (const Value& input : inputs) {
      if (input.integer() < 0) throw std::runtime_error("negative");
      outputs.emplace_back(input.integer() + 1);
    }
    return outputs;
  }

 private:
  test::CallLogPtr log_;
};

TEST(Vmap, OperatorsThatTakeBatchesGetOnePerChunk) {
  const auto log = make_log();
  EXPECT_EQ(vmap(Batching(log))(list({1, 2, 3})), list({2, 3, 4}));
  EXPECT_EQ(log->inputs(), std::vector<Value>{3});
  const auto scope = xcs::execution_options({.use_parallel = false});
  EXPECT_EQ(vmap(Batching(log), {.batch_size = 2})(list({1, 2, 3, 4, 5})), list({2, 3, 4, 5, 6}));
  EXPECT_EQ(log->inputs(), (std::vector<Value>{3, 2, 2, 1}));
  const auto error = error_of<ItemError>([&] {
    (void)vmap(Batching(log), {.batch_size = 2})(list({1, 2, 3, -4, 5}));
  });
  EXPECT_STREQ(error.what(), "[vmap] items 2-3 failed: negative");
}

TEST(Vmap, FailuresOnRequestAsValues) {
  const auto result = xcs::call_detailed(vmap(failing_for({1, 3})), numbers(5));
  EXPECT_EQ(result.output, list({0, nullptr, 2, nullptr, 4}));
  ASSERT_EQ(result.errors.size(), 2U);
  EXPECT_EQ(result.errors[0].items, (xcs::ItemRange{1, 2}));
  EXPECT_EQ(message_of(result.errors[1].error), "bad 3");
  EXPECT_THROW((void)xcs::call_detailed(vmap(failing_for({0, 1})), numbers(2)), ItemError);
  EXPECT_TRUE(xcs::call_detailed(vmap(echo()), numbers(2)).is_complete());
  EXPECT_THROW((void)xcs::call_detailed(echo(), numbers(2)), InvalidArgumentError);
}

TEST(Vmap, IsOneNodeOfGraphsAndComposites) {
  xcs::Autograph graph;
  (void)graph.call("batch", vmap(doubling()), numbers(3));
  EXPECT_EQ(graph.graph().size(), 1U);
  EXPECT_EQ(xcs::execute(graph)["batch"], list({0, 2, 4}));
  class Holder final : public Composite<> {
   public:
    Var<> forward(Var<> inputs) const override { return second_(first_(inputs)); }

   private:
    Op<> first_ = child("first", vmap(doubling()));
    Op<> second_ = child("second", vmap(Waiting(0.001)));
  };
  EXPECT_EQ(xcs::jit(Holder())(numbers(3)), list({0, 2, 4}));
  EXPECT_EQ(vmap(xcs::jit(Holder()))(list({numbers(3), numbers(2)})), list({list({0, 2, 4}), list({0, 2})}));
}

TEST(Vmap, KeepsNameAndOriginal) {
  const Op<> original = doubling();
  const Op<> batch = vmap(original);
  EXPECT_EQ(batch.name(), "double");
  EXPECT_EQ(batch.target().original(), &original.target());
  EXPECT_EQ(xcs::jit(batch).target().original(), &batch.target());
}

TEST(Vmap, RemembersCallsOneByOne) {
  const auto log = make_log();
  const auto scope = xcs::execution_options({.enable_caching = true});
  const auto batch = vmap(doubling(log));
  EXPECT_EQ(batch(list({1, 2, 1})), list({2, 4, 2}));
  EXPECT_EQ(batch(list({2, 1})), list({4, 2}));
  EXPECT_EQ(log->count(), 2U);
}

TEST(Vmap, TakesFunctionsAsTheyAre) {
  const auto twice = [](const Value& x) -> Value { return x.integer() * 2; };
  EXPECT_EQ(vmap(twice)(list({1, 2})), list({2, 4}));
  EXPECT_EQ((twice | vmap | xcs::jit)(list({1, 2})), list({2, 4}));
  EXPECT_EQ(vmap({.batch_size = 1})([](int x) { return x + 1; })({1, 2}), (std::vector<int>{2, 3}));
}

TEST(Vmap, AnEmptyHandleIsRefused) {
  EXPECT_THROW((void)vmap(Op<>()), InvalidArgumentError);
}

TEST(Vmap, UnknownSettingsAreNamed) {
  EXPECT_NE(message_of_error<TransformError>([] {
              (void)xcs::VmapOptions::from({{"axis", 0}});
            }).find("axis"),
            std::string::npos);
}

}  // namespace
}  // namespace ember
