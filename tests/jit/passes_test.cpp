// What each plan pass does, and what it leaves alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <utility>
#include <vector>

#include <ember/error.hpp>
#include <ember/jit.hpp>

#include "jit/passes/program_passes.hpp"
#include "jit_parts.hpp"

namespace ember {
namespace {

using test::make_tally;
using test::TallyPtr;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

struct Promises {
  bool is_pure = true;
  bool never_fails = false;
  bool is_stochastic = false;
  bool fails = false;
};

/// Gives {"v": input}, or fails.
class Promising : public Operator<> {
 public:
  Promising(std::string name, TallyPtr tally, Promises promises)
      : name_(std::move(name)), tally_(std::move(tally)), promises_(promises) {}
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] bool is_pure() const override { return promises_.is_pure; }
  [[nodiscard]] bool never_fails() const override { return promises_.never_fails; }
  [[nodiscard]] bool is_stochastic() const override { return promises_.is_stochastic; }
  Value forward(const Value& input) const override {
    ++tally_->calls;
    if (promises_.fails) throw std::runtime_error(name_ + " fails");
    return {{"v", input}};
  }

 private:
  std::string name_;
  TallyPtr tally_;
  Promises promises_;
};

/// The same, as a leaf that waits.
class PromisingAsync final : public Promising {
 public:
  using Promising::Promising;
  void forward_async(Value input, Context, Completion done) const override {
    try {
      done(forward(input));
    } catch (...) {
      done.fail(std::current_exception());
    }
  }
};

constexpr xcs::PlanPasses no_passes = {.dead_nodes = false, .common_calls = false, .constant_inputs = false};

Op<> two_of(const Op<>& leaf) {
  return op("two", [leaf](Var<> in) { return list_of({leaf(in["text"]), leaf.named("other")(in["text"])}); });
}

TEST(CommonCalls, EqualCallsOfAPureOperatorAreOne) {
  const TallyPtr tally = make_tally();
  const Op<> plain = two_of(Promising("leaf", tally, {}));
  const Value input = {{"text", "a"}};
  const Value expected = plain(input);
  tally->calls = 0;
  EXPECT_EQ(xcs::jit(plain)(input), expected);
  EXPECT_EQ(tally->calls, 1);
  EXPECT_EQ(xcs::jit(plain, {.passes = no_passes})(input), expected);
  EXPECT_EQ(tally->calls, 3);
}

TEST(CommonCalls, OthersAreNot) {
  for (const Promises promises : {Promises{.is_pure = false}, Promises{.is_stochastic = true}}) {
    const TallyPtr tally = make_tally();
    (void)xcs::jit(two_of(Promising("leaf", tally, promises)))({{"text", "a"}});
    EXPECT_EQ(tally->calls, 2);
  }
  // Two instances are two operators, and an integer is not a float.
  const TallyPtr tally = make_tally();
  const Op<> one = Promising("leaf", tally, {});
  const Op<> other = Promising("leaf", tally, {});
  const Op<> mixed = op("mixed", [=](Var<> in) {
    const auto with = [&](Value k) { return object({{"in", in}, {"k", std::move(k)}}); };
    return list_of({one(in), other(in), one(with(1)), one(with(1.0)), one(with(1))});
  });
  EXPECT_EQ(xcs::jit(mixed)(5), mixed(5));
  EXPECT_EQ(tally->calls, 4 + 5);
}

TEST(CommonCalls, AFailureLaterPaysForNoneOfThemAgain) {
  const TallyPtr tally = make_tally();
  const Op<> leaf = Promising("leaf", tally, {});
  const Op<> bad = Promising("bad", make_tally(), {.is_pure = false, .fails = true});
  const Op<> backup = Promising("backup", make_tally(), {.is_pure = false});
  const Op<> guarded = op("guarded", [=](Var<> in) {
    const Var<> both = list_of({leaf(in), leaf.named("again")(in)});
    try {
      return bad(both);
    } catch (const Error&) {
      return backup(both);
    }
  });
  const Value expected = guarded(1);
  tally->calls = 0;
  EXPECT_EQ(xcs::jit(guarded)(1), expected);
  EXPECT_EQ(tally->calls, 1);
}

TEST(CommonCalls, TheFirstOfThemFails) {
  const Op<> plain = two_of(Promising("leaf", make_tally(), {.fails = true}));
  const auto path_of = [](const Op<>& called) -> std::string {
    try {
      (void)called({{"text", "a"}});
    } catch (const Error& error) {
      return error.path();
    }
    return {};
  };
  EXPECT_EQ(path_of(xcs::jit(plain)), path_of(plain));
  EXPECT_THAT(path_of(plain), HasSubstr("leaf"));
}

TEST(DeadNodes, GoWhereNothingCanBeNoticed) {
  const auto calls_of_unused = [](Promises promises, const Value& input) {
    const TallyPtr tally = make_tally();
    const Op<> unused = Promising("unused", tally, promises);
    const Op<> used = Promising("used", make_tally(), {.is_pure = false});
    const Op<> composite = op("wasteful", [=](Var<> in) {
      (void)unused(in);
      return used(in);
    });
    (void)xcs::jit(composite)(input);
    return tally->calls.load();
  };
  EXPECT_EQ(calls_of_unused({.never_fails = true}, 1), 0);
  EXPECT_EQ(calls_of_unused({.never_fails = false}, 1), 1);
  EXPECT_EQ(calls_of_unused({.is_pure = false, .never_fails = true}, 1), 1);
  EXPECT_THROW(calls_of_unused({.fails = true}, 1), OperatorExecutionError);
}

TEST(DeadNodes, LeaveTheirLookUpsBehind) {
  const TallyPtr tally = make_tally();
  const Op<> unused = Promising("unused", tally, {.never_fails = true});
  const Op<> composite = op("wasteful", [=](Var<> in) {
    (void)unused(unused(in["absent"]));
    return unused(in);
  });
  const auto fast = xcs::jit(composite);
  EXPECT_THROW(composite({{"text", "a"}}), OperatorExecutionError);
  EXPECT_THROW(fast({{"text", "a"}}), OperatorExecutionError);
  tally->calls = 0;
  (void)fast({{"text", "a"}, {"absent", 1}});
  EXPECT_EQ(tally->calls, 1);
}

TEST(DeadNodes, TypedArgumentsMayNotBeReadable) {
  class Typed final : public Operator<std::int64_t(std::int64_t)> {
   public:
    [[nodiscard]] bool is_pure() const override { return true; }
    [[nodiscard]] bool never_fails() const override { return true; }
    std::int64_t forward(const std::int64_t& number) const override { return number; }
  };
  const Op<> typed = dynamic(Op<std::int64_t(std::int64_t)>(Typed()));
  const Op<std::int64_t(std::int64_t)> raw = Typed();
  const Op<> composite = op("wasteful", [=](Var<> in) {
    (void)raw(Var<std::int64_t>(in.data()));
    return list_of({in});
  });
  EXPECT_ANY_THROW(composite("text"));
  EXPECT_ANY_THROW(xcs::jit(composite)("text"));
  EXPECT_FALSE(typed.target().never_fails());
}

TEST(DeadNodes, LookUpsThatTheStructureVouchesForGo) {
  const Op<> used = Promising("used", make_tally(), {.is_pure = false});
  const Op<> composite = op("asks", [=](Var<> in) {
    if (in.has("k")) (void)in["k"];
    return used(in);
  });
  const auto fast = xcs::jit(composite);
  (void)fast({{"k", 1}});
  EXPECT_THAT(xcs::explain(fast), HasSubstr("  passes: dead nodes: 1 look-up dropped\n"));
}

TEST(DeadNodes, OtherLookUpsStay) {
  const Op<> used = Promising("used", make_tally(), {.is_pure = false});
  const Op<> composite = op("asks", [=](Var<> in) {
    if (in.has("k")) (void)in["k"]["deep"];
    if (!in.has("other")) (void)in["absent"];
    return used(in);
  });
  const auto fast = xcs::jit(composite);
  EXPECT_NO_THROW(fast({{"k", {{"deep", 1}}}, {"other", 1}}));
  EXPECT_THROW(fast({{"k", {{"shallow", 1}}}, {"other", 1}}), OperatorExecutionError);
  EXPECT_THROW(fast({{"other", 1}, {"k", 1}}), OperatorExecutionError);
  EXPECT_THROW(fast({{"more", 1}}), OperatorExecutionError);
}

template <class Leaf>
void check_constants() {
  const TallyPtr tally = make_tally();
  const TallyPtr other = make_tally();
  const Op<> leaf = Leaf("leaf", tally, Promises{});
  const Op<> impure = Leaf("impure", other, Promises{.is_pure = false});
  const Op<> composite = op("constants", [=](Var<> in) {
    const Var<> constant = Value({{"k", 1}});
    return list_of({leaf(leaf(constant)["v"]), leaf(in), impure(constant)});
  });
  const auto fast = xcs::jit(composite, {.sample_input = Value(0)});
  EXPECT_EQ(tally->calls, 0) << "compiling calls nothing";
  for (int input = 1; input <= 3; ++input) {
    tally->calls = 0;
    const Value expected = composite(input);
    EXPECT_EQ(tally->calls, 3);
    tally->calls = 0;
    EXPECT_EQ(fast(input), expected);
    EXPECT_EQ(tally->calls, input == 1 ? 3 : 1);
  }
  EXPECT_EQ(other->calls, 6);
}

TEST(ConstantInputs, AnswersOfPureOperatorsAreKept) {
  check_constants<Promising>();
}

TEST(ConstantInputs, AnswersThatComeLaterAreKeptToo) {
  check_constants<PromisingAsync>();
}

TEST(ConstantInputs, FailuresAreNotKept) {
  const TallyPtr tally = make_tally();
  const Op<> composite = op("constants", [leaf = Op<>(Promising("leaf", tally, {.fails = true}))](Var<> in) {
    return list_of({leaf(Var<>(Value(1))), in});
  });
  const auto fast = xcs::jit(composite);
  for (int call = 1; call <= 3; ++call) {
    EXPECT_THROW(fast(call), OperatorExecutionError);
    EXPECT_EQ(tally->calls, call);
  }
}

TEST(ConstantInputs, NothingIsCalledThatPlainExecutionDoesNotComeTo) {
  const TallyPtr tally = make_tally();
  const Op<> first = op("first", [](const Value& in) -> Value {
    if (in.integer() == 0) throw std::runtime_error("no");
    return in;
  });
  const Op<> composite = op("late", [first, leaf = Op<>(Promising("leaf", tally, {}))](Var<> in) {
    const Var<> before = first(in);
    return list_of({before, leaf(Var<>(Value(1)))});
  });
  const auto fast = xcs::jit(composite, {.execution_strategy = "sequential"});
  EXPECT_ANY_THROW(fast(0));
  EXPECT_EQ(tally->calls, 0);
  (void)fast(1);
  EXPECT_EQ(tally->calls, 1);
}

TEST(ConstantInputs, ManyThreadsGetTheSameAnswer) {
  const TallyPtr tally = make_tally();
  const Op<> composite = op("constants", [leaf = Op<>(Promising("leaf", tally, {}))](Var<> in) {
    return list_of({leaf(Var<>(Value(1))), in});
  });
  const auto fast = xcs::jit(composite);
  const Value expected = composite(7);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int call = 0; call < 200; ++call) EXPECT_EQ(fast(7), expected);
    });
  }
  threads.clear();
  EXPECT_LE(tally->calls, 1 + 4);
}

TEST(PlanPasses, ExplainShowsThePlanBeforeAndAfter) {
  const Op<> plain = two_of(Promising("leaf", make_tally(), {}));
  const auto quiet = xcs::jit(plain);
  (void)quiet({{"text", "a"}});
  EXPECT_THAT(xcs::explain(quiet), HasSubstr("  passes: common calls: 1 merged\n"));
  const auto talkative = xcs::jit(plain, {.trace_level = "standard"});
  (void)talkative({{"text", "a"}});
  EXPECT_THAT(xcs::explain(talkative), HasSubstr("  before the passes:\n"
                                                 "    leaf_0 = leaf($input.text)\n"
                                                 "    leaf_1 = other($input.text)\n"
                                                 "  common calls: 1 merged\n"
                                                 "  after the passes:\n"
                                                 "    leaf_0 = leaf($input.text)\n"));
  const auto off = xcs::jit(plain, {.trace_level = "standard", .passes = no_passes});
  (void)off({{"text", "a"}});
  EXPECT_THAT(xcs::explain(off), Not(HasSubstr("passes")));
}

TEST(PlanPasses, CanBeChosenByName) {
  const auto options = xcs::JITOptions::from({{"passes", {{"dead_nodes", false}}}});
  EXPECT_FALSE(options.passes.dead_nodes);
  EXPECT_TRUE(options.passes.common_calls);
  const auto reading = [](Value passes) {
    return [passes = std::move(passes)] { (void)xcs::JITOptions::from({{"passes", passes}}); };
  };
  EXPECT_THAT(reading({{"dead_node", true}}),
              ThrowsMessage<InvalidArgumentError>(HasSubstr("unknown plan pass 'dead_node': expected one of "
                                                            "dead_nodes, common_calls, constant_inputs")));
  EXPECT_THAT(reading({{"common_calls", 1}}),
              ThrowsMessage<InvalidArgumentError>(HasSubstr("passes.common_calls must be a boolean")));
  EXPECT_THAT(reading(true), ThrowsMessage<InvalidArgumentError>(HasSubstr("passes must be a mapping")));
}

/// A program of calls of one pure leaf that never fails.
xcs::CompositeProgram program_of(std::vector<xcs::Binding> bindings) {
  xcs::CompositeProgram program;
  const Op<> leaf = Promising("leaf", make_tally(), {.never_fails = true});
  for (xcs::Binding& binding : bindings)
    program.steps.push_back({program.operators->add(leaf.reference()), std::move(binding)});
  program.answer = xcs::Binding::of_node(program.steps.size() - 1);
  return program;
}

TEST(PlanPasses, GuardsStayAndWhatWaitsForThemWaits) {
  // 0: call, 1: guard, 2: the same as 0 but after the guard, 3: uses 2.
  xcs::CompositeProgram program = program_of({xcs::Binding::of_input(), xcs::Binding::of_node(0),
                                              xcs::Binding::of_input(), xcs::Binding::of_node(2)});
  program.steps[1].is_guard = true;
  program.steps[2].after = {1};
  xcs::CompositeTable table(true);
  const xcs::RecordedPlan recorded = xcs::compile_program(std::move(program), table, {});
  const xcs::Plan& plan = *recorded.plan;
  ASSERT_EQ(plan.size(), 3U);
  EXPECT_EQ(recorded.report.merged_calls, 1U);
  EXPECT_EQ(recorded.report.dropped_calls, 0U);
  EXPECT_EQ(plan.id(1), "leaf_1");
  EXPECT_EQ(plan.id(2), "leaf_3");
  EXPECT_EQ(plan.node(2).predecessor_count, 2U) << "the call, and the guard that the merged one waited for";
}

TEST(PlanPasses, ACallThatStandsForOthersMayBeDroppedWithThem) {
  // 0 and 1 are equal, and nobody uses them.
  xcs::CompositeProgram program =
      program_of({xcs::Binding::of_input(), xcs::Binding::of_input(), xcs::Binding::of_literal(1)});
  xcs::CompositeTable table(true);
  const xcs::RecordedPlan recorded = xcs::compile_program(std::move(program), table, {});
  EXPECT_EQ(recorded.plan->size(), 1U);
  EXPECT_EQ(recorded.report.merged_calls, 1U);
  EXPECT_EQ(recorded.report.dropped_calls, 1U);
  EXPECT_TRUE(recorded.merged.empty()) << "there is no outcome to hand over";
}

TEST(PlanPasses, InputsOfLiteralsArePutTogetherOnce) {
  xcs::Binding list;
  list.form = xcs::Binding::Form::list;
  list.parts = {{"", xcs::Binding::of_literal(1)}, {"", xcs::Binding::of_literal("two")}};
  xcs::Binding missing;
  missing.form = xcs::Binding::Form::projection;
  missing.path = {std::string("absent")};
  missing.parts = {{"", xcs::Binding::of_literal(1)}};
  xcs::CompositeProgram program = program_of({list, missing});
  xcs::PassReport report;
  xcs::fold_constant_inputs(program, report);
  EXPECT_EQ(report.folded_inputs, 1U);
  EXPECT_EQ(program.steps[0].binding.form, xcs::Binding::Form::literal);
  EXPECT_EQ(program.steps[0].binding.literal, ember::list({1, "two"}));
  EXPECT_EQ(program.steps[1].binding.form, xcs::Binding::Form::projection) << "it fails when it is run";
}

}  // namespace
}  // namespace ember
