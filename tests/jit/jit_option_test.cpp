// What the options of jit mean for everything inside the operator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include <ember/error.hpp>
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/vmap.hpp>

#include "jit_parts.hpp"

namespace ember {
namespace {

using test::appending;
using test::failing;
using test::make_tally;
using test::simulated_seconds;
using test::sleeping;
using test::Wrapping;
using ::testing::HasSubstr;

constexpr const char* all_modes[] = {"auto", "structural", "trace", "enhanced"};

/// Reads what its head gave, then asks several.
class Reader final : public Composite<> {
 public:
  explicit Reader(const test::TallyPtr& tally) {
    for (int i = 0; i < 4; ++i) parts_.push_back(child("part", sleeping("part", 0.1, 1, tally)));
  }
  Var<> forward(Var<> in) const override {
    (void)head_(in).get();
    std::vector<Var<>> answers;
    for (const Op<>& part : parts_) answers.push_back(part(in));
    return list_of(answers);
  }

 private:
  Op<> head_ = child("head", op("head", test::same));
  std::vector<Op<>> parts_;
};

/// Asks several.
class Fan final : public Composite<> {
 public:
  explicit Fan(const test::TallyPtr& tally, int width = 4) {
    for (int i = 0; i < width; ++i) parts_.push_back(child("part", sleeping("part", 0.1, 1, tally)));
  }
  Var<> forward(Var<> in) const override {
    std::vector<Var<>> answers;
    for (const Op<>& part : parts_) answers.push_back(part(in));
    return list_of(answers);
  }

 private:
  std::vector<Op<>> parts_;
};

/// The forms in which something can stand inside a jitted operator, with four calls in each.
std::vector<std::pair<std::string, Op<>>> nested_forms(const test::TallyPtr& tally) {
  return {{"a composite that reads", Wrapping(Op<>(Reader(tally)))},
          {"a jitted operator", Wrapping(Op<>(xcs::jit(Op<>(Fan(tally)))))},
          {"vmap", Wrapping(xcs::vmap(sleeping("part", 0.1, 1, tally)))},
          {"vmap alone", xcs::vmap(sleeping("part", 0.1, 1, tally))}};
}

/// The most calls at once in any form.
void expect_most(const xcs::JITOptions& options, int most) {
  for (const char* mode : all_modes) {
    const auto tally = make_tally();
    for (const auto& [form, plain] : nested_forms(tally)) {
      tally->most = 0;
      xcs::JITOptions own = options;
      own.mode = mode;
      const auto fast = xcs::jit(plain, own);
      (void)simulated_seconds([&] {
        for (int call = 0; call < 2; ++call) (void)fast({{"v", list({1, 2, 3, 4})}});
      });
      EXPECT_EQ(tally->most, most) << form << ", " << mode;
    }
  }
}

TEST(JitOptions, OneWorkerHoldsForAllThatIsInside) {
  expect_most({.max_workers = 1}, 1);
}

TEST(JitOptions, TwoWorkersHoldForAllThatIsInside) {
  expect_most({.max_workers = 2}, 2);
}

TEST(JitOptions, SequentialHoldsForAllThatIsInside) {
  expect_most({.execution_strategy = "sequential"}, 1);
}

TEST(JitOptions, WithoutBoundsAllOverlap) {
  expect_most({}, 4);
}

TEST(JitOptions, TheSmallerBoundOfTheTwoHolds) {
  const auto scope = xcs::execution_options({.max_workers = 2});
  expect_most({.max_workers = 3}, 2);
}

// Overlap
// ------------------------------------------------------------------------------------------------

/// Two calls that end when both are there, or give up.
class Meeting {
 public:
  /// False when nobody else came for a long time.
  bool wait() {
    std::unique_lock lock(mutex_);
    const int round = here_ / 2;
    ++here_;
    changed_.notify_all();
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return here_ >= 2 * round + 2; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int here_ = 0;
};

Op<> meeting_twice(bool& is_met) {
  const auto meeting = std::make_shared<Meeting>();
  const auto come = [meeting, &is_met](const Value& in) -> Value {
    if (!meeting->wait()) is_met = false;
    return in;
  };
  const Op<> one = op("one", come);
  const Op<> two = op("two", come);
  return op("both", [one, two](Var<> in) { return list_of({one(in), two(in)}); });
}

TEST(JitOptions, ParallelOverlapsCheapCallsOnEveryCall) {
  for (const char* mode : all_modes) {
    bool is_met = true;
    const auto fast = xcs::jit(meeting_twice(is_met), {.mode = mode, .execution_strategy = "parallel"});
    for (int call = 0; call < 50 && is_met; ++call) (void)fast(1);
    EXPECT_TRUE(is_met) << mode;
  }
}

TEST(JitOptions, AParallelSchedulerOverlapsCheapCallsOnEveryCall) {
  for (const char* scheduler : {"parallel", "wave"}) {
    const auto scope = xcs::execution_options({.scheduler = scheduler});
    bool is_met = true;
    const auto fast = xcs::jit(meeting_twice(is_met));
    for (int call = 0; call < 50 && is_met; ++call) (void)fast(1);
    EXPECT_TRUE(is_met) << scheduler;
  }
}

TEST(JitOptions, AutoOverlapsAgainAfterOneSlowCall) {
  const auto tally = make_tally();
  // How long a leaf waits for another one to come.
  const auto patience = std::make_shared<std::atomic<int>>(0);
  const Op<> leaf = op("leaf", [=](const Value& in) -> Value {
    if (*patience == 0) return in;
    tally->enter();
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(*patience);
    while (std::chrono::steady_clock::now() < end && tally->most < 2) std::this_thread::yield();
    tally->leave();
    return in;
  });
  const auto fast = xcs::jit(op("fan", [leaf](Var<> in) { return list_of({leaf(in), leaf(in), leaf(in)}); }));
  for (int call = 0; call < 50; ++call) (void)fast(1);
  *patience = 5;
  (void)fast(1);
  *patience = 10'000;
  (void)fast(1);
  EXPECT_GE(tally->most, 2);
}

TEST(JitOptions, AThresholdHoldsForCompositesThatRead) {
  for (const char* mode : all_modes) {
    const auto tally = make_tally();
    const auto few = xcs::jit(Op<>(Reader(tally)), {.mode = mode, .parallel_threshold = 6});
    EXPECT_DOUBLE_EQ(simulated_seconds([&] { (void)few(1); }), 0.4) << mode;
    const auto enough = xcs::jit(Op<>(Reader(tally)), {.mode = mode, .parallel_threshold = 5});
    EXPECT_DOUBLE_EQ(simulated_seconds([&] { (void)enough(1); }), 0.1) << mode;
  }
}

// Errors
// ------------------------------------------------------------------------------------------------

TEST(JitOptions, WithoutFallbackAnErrorOfForwardIsStillItsOwn) {
  const Op<> before = appending("a");
  const Op<> plain = op("fails", [before](Var<> in) -> Var<> {
    (void)before(in);
    throw std::runtime_error("of forward");
  });
  for (const char* mode : {"auto", "trace", "enhanced"}) {
    const auto fast = xcs::jit(plain, {.mode = mode, .fallback = false});
    try {
      (void)fast({{"text", ""}});
      ADD_FAILURE() << mode;
    } catch (const OperatorExecutionError& error) {
      EXPECT_THAT(error.what(), HasSubstr("of forward")) << mode;
    }
  }
  const auto structural = xcs::jit(plain, {.mode = "structural", .fallback = false});
  EXPECT_THROW((void)structural({{"text", ""}}), CompilationError);
}

TEST(JitOptions, NothingInsideIsRememberedWhereOutcomesDiffer) {
  const auto tally = make_tally();
  const Op<> roll = op("roll", [tally](const Value&) -> Value {
    tally->enter();
    tally->leave();
    return tally->calls.load();
  });
  const auto scope = xcs::execution_options({.enable_caching = true});
  for (const char* mode : all_modes) {
    const auto fast = xcs::jit(Wrapping(roll), {.mode = mode, .preserve_stochasticity = true});
    const Value first = fast(1);
    EXPECT_NE(fast(1), first) << mode;
  }
  const auto remembering = xcs::jit(Wrapping(roll));
  const Value first = remembering(1);
  EXPECT_EQ(remembering(1), first);
}

// Samples and counts
// ------------------------------------------------------------------------------------------------

/// Takes {"v": integer} with "w", which has a default.
class Specified final : public Composite<> {
 public:
  [[nodiscard]] const Specification* specification() const override { return &specification_; }
  Var<> forward(Var<> in) const override { return part_(in); }

 private:
  Specification specification_ =
      Specification({.input_model = Schema(
                         "In", {{"v", Schema::integer()}, {"w", Schema::integer(), {.default_value = 3}}})});
  Op<> part_ = child("part", op("part", test::same));
};

TEST(JitOptions, ASampleGoesThroughTheSpecification) {
  const auto fast = xcs::jit(Op<>(Specified()), {.sample_input = Value({{"v", 1}})});
  (void)fast({{"v", 5}});
  EXPECT_EQ(xcs::get_jit_stats(fast).cache_hits, 1U);
  EXPECT_EQ(xcs::get_jit_stats(fast).cache_misses, 0U);
}

struct Question {
  std::string text;
  std::int64_t limit = 0;
};
EMBER_FIELDS(Question, text, limit)

TEST(JitOptions, ASampleIsReadAsTheArgumentsOfACall) {
  const auto length = op("length", [](const Question& question) {
    return static_cast<std::int64_t>(question.text.size()) + question.limit;
  });
  const auto sum =
      op("sum", [](const Question& question, const std::int64_t& more) { return question.limit + more; });
  const Value sample = {{"text", "x"}, {"limit", 1}};
  const auto one = xcs::jit(length, {.sample_input = sample});
  EXPECT_EQ(one(Question{"abc", 2}), 5);
  EXPECT_EQ(xcs::get_jit_stats(one).cache_misses, 0U);
  const auto two = xcs::jit(sum, {.sample_input = list({sample, 1})});
  EXPECT_EQ(two(Question{"abc", 2}, 3), 5);
  EXPECT_EQ(xcs::get_jit_stats(two).cache_misses, 0U);
  const auto unreadable = xcs::jit(length, {.sample_input = Value("no question")});
  EXPECT_EQ(unreadable(Question{"abc", 2}), 5);
}

TEST(JitOptions, AFailedSampleLeavesNoTraceInExplain) {
  const auto fast = xcs::jit(op("fails",
                                [](Var<> in) -> Var<> {
                                  if (!in.has("ok")) throw std::runtime_error("not ok");
                                  return in["ok"];
                                }),
                             {.sample_input = Value({{"other", 1}})});
  (void)fast({{"ok", 1}});
  EXPECT_THAT(xcs::explain(fast), HasSubstr("it is the first call"));
}

TEST(JitOptions, AForcedPlanIsTheOneOfTheLastCall) {
  const Op<> each = op("each", test::same);
  const auto fast = xcs::jit(op("loop",
                                [each](Var<> in) {
                                  std::vector<Var<>> answers;
                                  for (std::size_t i = 0; i < in.size(); ++i) answers.push_back(each(in[i]));
                                  return list_of(answers);
                                }),
                             {.sample_input = list({1, 2, 3}), .force_trace = true});
  EXPECT_EQ(xcs::get_plan_graph(fast).size(), 3U);
  (void)fast(list({1}));
  EXPECT_EQ(xcs::get_plan_graph(fast).size(), 1U);
}

TEST(JitOptions, CallsWhoseInputIsRefusedCount) {
  const auto fast = xcs::jit(Op<>(Specified()));
  EXPECT_THROW((void)fast({{"v", "no number"}}), SpecificationValidationError);
  EXPECT_EQ(xcs::get_jit_stats(fast).execution_count, 1U);
  EXPECT_EQ(xcs::get_jit_stats(fast).compilation_count, 0U);
  xcs::disable_jit(fast);
  EXPECT_THROW((void)fast({{"v", "no number"}}), SpecificationValidationError);
  EXPECT_EQ(xcs::get_jit_stats(fast).execution_count, 1U);
}

// From settings
// ------------------------------------------------------------------------------------------------

std::string refusal_of(const Value& settings) {
  try {
    (void)xcs::JITOptions::from(settings);
    return {};
  } catch (const InvalidArgumentError& error) {
    return error.what();
  }
}

TEST(JitOptions, ARefusedSettingIsNamedWithWhatWasExpected) {
  EXPECT_EQ(refusal_of({{"mode", 3}}), "Invalid value for jit option mode: expected a string, got 3");
  EXPECT_EQ(refusal_of({{"force_trace", "yes"}}),
            "Invalid value for jit option force_trace: expected true or false, got \"yes\"");
  EXPECT_EQ(refusal_of({{"cache_size", 0}}),
            "Invalid value for jit option cache_size: expected an integer of at least 1, got 0");
  EXPECT_EQ(
      refusal_of({{"cache_size", 2'000'000'000}}),
      "Invalid value for jit option cache_size: expected an integer of at most 1000000, got 2000000000");
  EXPECT_EQ(refusal_of({{"max_workers", list({1})}}),
            "Invalid value for jit option max_workers: expected an integer of at least 1, got list");
  EXPECT_EQ(refusal_of(list({1})), "Invalid jit options: expected a mapping, got a value of kind list");
}

TEST(JitOptions, UnknownSettingsAreReportedFirst) {
  EXPECT_EQ(refusal_of({{"cache_size", 0}, {"b", 1}, {"a", 2}}), "Invalid jit options: a, b");
}

TEST(JitOptions, LevelsOfTraceAreTheSameInAnyCase) {
  const Op<> plain = Fan(make_tally(), 2);
  const auto explained = [&](const char* level) {
    const auto fast = xcs::jit(plain, {.trace_level = level});
    (void)simulated_seconds([&] { (void)fast({{"v", 1}}); });
    return xcs::explain(fast);
  };
  for (const auto& [given, same] : {std::pair("VERBOSE", "verbose"), std::pair("Minimal", "minimal")})
    EXPECT_EQ(explained(given), explained(same));
}

}  // namespace
}  // namespace ember
