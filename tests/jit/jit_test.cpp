// What jit promises beyond the law: overlap, plans, options, and what it says about itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include <ember/autograph.hpp>
#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/log.hpp>
#include <ember/runtime.hpp>

#include "jit_parts.hpp"

namespace ember {
namespace {

using test::appending;
using test::failing;
using test::make_tally;
using test::simulated_seconds;
using test::sleeping;
using test::WaitingLeaf;
using ::testing::HasSubstr;

/// Five that wait 100 ms and a judge that does, too.
Op<> panel(const test::TallyPtr& tally) {
  std::vector<Op<>> members;
  for (int i = 0; i < 5; ++i) members.push_back(WaitingLeaf("member", 0.1, tally));
  const Op<> judge = WaitingLeaf("judge", 0.1, tally);
  return op("panel", [members, judge](Var<> question) {
    std::vector<Var<>> answers;
    for (const Op<>& member : members) answers.push_back(member(question));
    return judge(list_of(answers));
  });
}

/// A composite that looks at what its first part gave before it calls the second.
Op<> looking(double seconds, const test::TallyPtr& tally) {
  const Op<> first = WaitingLeaf("first", seconds, tally);
  const Op<> second = WaitingLeaf("second", seconds, tally);
  return op("looking", [first, second](Var<> in) {
    const Var<> seen = first(in);
    return seen.get().is_null() ? seen : second(seen);
  });
}

TEST(Jit, OverlapsIndependentCallsOnTheFirstCall) {
  for (const char* mode : {"auto", "structural", "enhanced"}) {
    const auto tally = make_tally();
    const auto fast = xcs::jit(panel(tally), {.mode = mode});
    EXPECT_DOUBLE_EQ(simulated_seconds([&] { (void)fast({{"q", 1}}); }), 0.2) << mode;
    EXPECT_EQ(tally->calls, 6) << mode;
  }
}

TEST(Jit, OverlapsBlockingCallsToo) {
  const auto tally = make_tally();
  const Op<> one = sleeping("one", 0.1, 1, tally);
  const Op<> two = sleeping("two", 0.1, 2, tally);
  const auto fast = xcs::jit(op("both",
                                [one, two](Var<> in) {
                                  return list_of({one(in), two(in)});
                                }),
                             {.mode = "enhanced"});
  EXPECT_DOUBLE_EQ(simulated_seconds([&] { (void)fast(1); }), 0.1);
}

TEST(Jit, NestedCompositesThatReadDataOverlapOnTheFirstCall) {
  for (const char* mode : {"auto", "enhanced"}) {
    const auto tally = make_tally();
    const Op<> inner = looking(0.1, tally);
    const auto fast = xcs::jit(op("outer",
                                  [inner](Var<> in) {
                                    std::vector<Var<>> answers;
                                    for (int i = 0; i < 5; ++i) answers.push_back(inner(in));
                                    return list_of(answers);
                                  }),
                               {.mode = mode});
    EXPECT_DOUBLE_EQ(simulated_seconds([&] { (void)fast(1); }), 0.2) << mode;
  }
}

TEST(Jit, ReadingDataWaitsForThatValueAlone) {
  const auto tally = make_tally();
  const Op<> slow = WaitingLeaf("slow", 1.0, tally);
  const Op<> quick = WaitingLeaf("quick", 0.1, tally);
  const auto fast = xcs::jit(op("mixed", [slow, quick](Var<> in) {
    const Var<> later = slow(in);
    const Value seen = quick(in).get();
    return list_of({later, quick(Var<>(seen))});
  }));
  EXPECT_DOUBLE_EQ(simulated_seconds([&] { (void)fast(1); }), 1.0);
  EXPECT_EQ(xcs::get_jit_stats(fast).strategy, "enhanced");
}

TEST(Jit, ANestedJitIsOneNodeOfARecording) {
  const auto fast = panel(make_tally()) | xcs::jit;
  xcs::Autograph graph;
  (void)graph.call("answer", fast, {{"q", 1}});
  EXPECT_EQ(graph.graph().size(), 1U);
}

TEST(Jit, EveryFormGivesTheSameOperator) {
  const Op<> plain = appending("x");
  const Value input = {{"text", "a"}};
  EXPECT_EQ((plain | xcs::jit)(input), plain(input));
  EXPECT_EQ((plain | xcs::jit({.mode = "enhanced"}))(input), plain(input));
  EXPECT_EQ((plain | xcs::structural_jit)(input), plain(input));
  EXPECT_EQ(xcs::structural_jit({.parallel_threshold = 2})(plain)(input), plain(input));
  const auto fast = xcs::jit(plain).named("other");
  (void)fast(input);
  EXPECT_EQ(xcs::get_jit_metrics(fast).execution_count, 1U);
}

TEST(Jit, FunctionsBecomeOperators) {
  const auto doubled = xcs::jit([](const std::int64_t& number) { return 2 * number; });
  EXPECT_EQ(doubled(21), 42);
  EXPECT_EQ(doubled.name(), "function");
  const Op<> increment = op("increment", [](const Value& in) -> Value { return in.integer() + 1; });
  const auto both = [increment](Var<> in) { return list_of({increment(in), increment(in)}); } | xcs::jit;
  EXPECT_EQ(both(1), list({2, 2}));
  EXPECT_EQ(xcs::get_jit_stats(both).strategy, "structural");
}

TEST(Jit, TypedOperatorsKeepTheirSignature) {
  const Op<std::int64_t(std::int64_t, std::int64_t)> add =
      op("add", [](const std::int64_t& a, const std::int64_t& b) { return a + b; });
  const Op<std::int64_t(std::int64_t, std::int64_t)> twice =
      xcs::jit(op("twice", [add](Var<std::int64_t> a, Var<std::int64_t> b) { return add(add(a, b), b); }));
  EXPECT_EQ(twice(1, 2), 5);
}

TEST(Jit, ListsThatForwardIteratesArePartOfTheKey) {
  const Op<> read = appending(".");
  const auto fast = xcs::jit(op("reader", [read](Var<> in) {
    std::vector<Var<>> answers;
    for (std::size_t i = 0; i < in["docs"].size(); ++i) answers.push_back(read(in["docs"][i]));
    return list_of(answers);
  }));
  const auto docs = [](std::size_t count) {
    return Value({{"docs", Value::list(std::vector<Value>(count, Value({{"text", "d"}})))}});
  };
  for (const std::size_t count : {3U, 4U, 3U, 4U}) EXPECT_EQ(fast(docs(count)).size(), count);
  EXPECT_EQ(xcs::get_jit_stats(fast).cache_misses, 2U);
  EXPECT_THAT(xcs::explain(fast), HasSubstr("`docs`: list of 3 before, 4 now; the composite iterates it"));
  EXPECT_EQ(xcs::get_jit_stats(fast).strategy, "structural");
}

TEST(Jit, ExplainsWhereForwardLooksAtData) {
  const auto fast = xcs::jit(looking(0, make_tally()));
  EXPECT_THAT(xcs::explain(fast), HasSubstr("not called yet"));
  (void)fast(1);
  EXPECT_THAT(xcs::explain(fast), HasSubstr("chosen: enhanced"));
  EXPECT_THAT(xcs::explain(fast), HasSubstr("in `looking` at jit_test.cpp:"));
  EXPECT_THAT(xcs::explain(fast), HasSubstr(": the data of 'first'"));
  EXPECT_EQ(xcs::explain_jit_selection(fast)["selected"].string(), "enhanced");
}

TEST(Jit, SampleInputMakesTheFirstCallAHit) {
  const auto tally = make_tally();
  const Op<> leaf = appending("x", tally);
  const auto fast = xcs::jit(op("one", [leaf](Var<> in) { return leaf(in); }),
                             {.sample_input = Value({{"text", "sample"}})});
  EXPECT_EQ(tally->calls, 0);
  EXPECT_EQ(xcs::get_jit_stats(fast).compilation_count, 1U);
  EXPECT_EQ(fast({{"text", "a"}})["text"].string(), "ax");
  EXPECT_EQ(xcs::get_jit_stats(fast).cache_hits, 1U);
  EXPECT_EQ(xcs::get_jit_stats(fast).cache_misses, 0U);
}

TEST(Jit, KeysOfOnesOwnAndForcedTraces) {
  const auto keyed =
      xcs::jit(appending("x"), {.cache_key_fn = [](const Value&) { return std::string("all"); }});
  (void)keyed({{"text", "a"}});
  (void)keyed({{"text", "a"}, {"more", 1}});
  EXPECT_EQ(xcs::get_jit_stats(keyed).cache_hits, 1U);
  const auto forced = xcs::jit(appending("x"), {.force_trace = true});
  (void)forced({{"text", "a"}});
  (void)forced({{"text", "a"}});
  EXPECT_EQ(xcs::get_jit_stats(forced).compilation_count, 2U);
  EXPECT_EQ(xcs::get_jit_stats(forced).cached_plans, 0U);
}

TEST(Jit, TellsHowItsPlanRunsAndWhatItCosts) {
  const auto fast = xcs::jit(panel(make_tally()), {.trace_level = "standard"});
  EXPECT_THROW(xcs::cost_analysis(fast), InvalidArgumentError);
  (void)fast(1);
  EXPECT_THAT(xcs::explain(fast), HasSubstr("    priorities: program order is the order of urgency\n"));
  EXPECT_THAT(xcs::explain(fast), HasSubstr("    auto takes parallel, because "));
  const xcs::CostAnalysis analysis = xcs::cost_analysis(fast);
  EXPECT_EQ(analysis.calls, 6U);
  EXPECT_EQ(analysis.width, 5U);
  EXPECT_EQ(call_bound_of(*fast.reference().target).unknown, analysis.worst_case.unknown);
  EXPECT_EQ(analysis.worst_case.unknown.size(), 6U);
  const auto looking = xcs::jit(op("looking", [](Var<> in) { return Var<>(in.get()); }));
  (void)looking(1);
  EXPECT_THROW(xcs::cost_analysis(looking), InvalidArgumentError);
  const auto plain =
      xcs::jit(panel(make_tally()), {.trace_level = "standard", .passes = {.priorities = false}});
  (void)plain(1);
  EXPECT_THAT(xcs::explain(plain), HasSubstr("    priorities: off: calls start in program order\n"));
}

TEST(Jit, NotRecursiveMakesNestedCompositesOneCall) {
  const auto tally = make_tally();
  const Op<> inner = panel(tally);
  const auto outer = op("outer", [inner](Var<> in) { return inner(in); });
  const auto flat = xcs::jit(outer, {.recursive = false, .trace_level = "standard"});
  EXPECT_DOUBLE_EQ(simulated_seconds([&] { (void)flat(1); }), 0.6);
  EXPECT_THAT(xcs::explain(flat), HasSubstr("plan: 1 call,"));
  const auto deep = xcs::jit(outer, {.trace_level = "standard"});
  EXPECT_DOUBLE_EQ(simulated_seconds([&] { (void)deep(1); }), 0.2);
  EXPECT_THAT(xcs::explain(deep), HasSubstr("plan: 6 calls, 2 levels, up to 5 at once"));
}

TEST(Jit, WarnsOnceWhenStructuralIsNotPossible) {
  std::mutex mutex;
  std::vector<std::string> warnings;
  set_log_hook([&](LogLevel, std::string_view text) {
    const std::lock_guard lock(mutex);
    warnings.emplace_back(text);
  });
  const auto fast = xcs::structural_jit(looking(0, make_tally()));
  for (int call = 0; call < 3; ++call) (void)fast(Value::mapping({{"v" + std::to_string(call), 1}}));
  const auto silent = xcs::jit(looking(0, make_tally()));
  (void)silent(1);
  set_log_hook({});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings.front(), HasSubstr("the data of 'first'"));
}

TEST(Jit, ACallThatEndedIsNotPaidTwiceWhenAnotherFails) {
  for (const char* mode : {"structural", "enhanced", "auto", "trace"}) {
    const auto good = make_tally();
    const auto bad = make_tally();
    const Op<> before = appending("a", good);
    const Op<> fails = failing("no", bad);
    const Op<> backup = appending("b", good);
    const auto fast = xcs::jit(op("guarded",
                                  [=](Var<> in) {
                                    const Var<> first = before(in);
                                    try {
                                      return fails(first);
                                    } catch (const std::exception&) {
                                      return backup(first);
                                    }
                                  }),
                               {.mode = mode});
    EXPECT_EQ(fast({{"text", ""}})["text"].string(), "ab") << mode;
    EXPECT_EQ(good->calls, 2) << mode;
    EXPECT_EQ(bad->calls, 1) << mode;
  }
}

TEST(Jit, GivesControlBackAtTheDeadline) {
  for (const char* mode : {"structural", "enhanced"}) {
    const auto fast = xcs::jit(panel(make_tally()), {.mode = mode});
    const double seconds = simulated_seconds([&] {
      const auto scope = xcs::execution_options({.timeout_seconds = 0.05});
      EXPECT_THROW((void)fast(1), xcs::ExecutionTimeoutError) << mode;
    });
    EXPECT_DOUBLE_EQ(seconds, 0.05) << mode;
  }
}

TEST(Jit, DeepNestingNeedsNoMoreThreadsThanThereAre) {
  for (const int workers : {0, 2}) {
    Op<> nested = appending(".");
    for (int level = 0; level < 100; ++level) {
      nested = op("level", [nested](Var<> in) {
        const Var<> inner = nested(in);
        (void)inner.get();
        return inner;
      });
    }
    const auto fast = xcs::jit(nested);
    xcs::ExecutionOptions options;
    if (workers > 0) options.max_workers = workers;
    const auto scope = xcs::execution_options(options);
    EXPECT_EQ(fast({{"text", ""}})["text"].string(), ".") << workers;
  }
}

TEST(Jit, LongChainsOfWaitingCallsFit) {
  const Op<> waits = WaitingLeaf("waits", 0.001, make_tally());
  const Op<> at_once = appending(".");
  const auto fast = xcs::jit(op("chain",
                                [=](Var<> in) {
                                  Var<> value = waits(in);
                                  for (int i = 0; i < 2000; ++i) value = at_once(value);
                                  return value;
                                }),
                             {.mode = "enhanced"});
  EXPECT_EQ(fast({{"text", ""}})["text"].string().size(), 2000U);
}

TEST(Jit, ManyCallsThatOneWaitsForFit) {
  const auto tally = make_tally();
  const Op<> waits = WaitingLeaf("waits", 0.001, tally);
  const Op<> count = op("count", [](const Value& all) -> Value { return all.size(); });
  const auto fast = xcs::jit(op("wide", [=](Var<> in) -> Var<> {
    std::vector<Var<>> answers;
    for (int i = 0; i < 5'000; ++i) answers.push_back(waits(in));
    return count(list_of(answers)).get();
  }));
  const auto runtime = Runtime::simulated();
  runtime.run([&] { EXPECT_EQ(fast(1), Value(5'000)); });
}

TEST(Jit, IsSafeFromManyThreadsAndCompilesOnce) {
  for (const char* mode : {"structural", "enhanced"}) {
    const auto tally = make_tally();
    const Op<> a = appending("a", tally);
    const Op<> b = appending("b", tally);
    const auto fast = xcs::jit(op("pair",
                                  [a, b](Var<> in) {
                                    return list_of({a(in), b(in), a(b(in))});
                                  }),
                               {.mode = mode});
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int call = 0; call < 50; ++call) {
          const std::string text = std::to_string(thread * 1000 + call);
          if (fast({{"text", text}})[2]["text"].string() != text + "ba") ++wrong;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0) << mode;
    EXPECT_EQ(tally->calls, 4 * 50 * 4) << mode;
    const xcs::JitStats stats = xcs::get_jit_stats(fast);
    EXPECT_EQ(stats.execution_count, 200U) << mode;
    EXPECT_EQ(stats.compilation_count, 1U) << mode;
    EXPECT_EQ(stats.cache_hits + stats.cache_misses, 200U) << mode;
  }
}

TEST(Jit, ThePlanCanBeLookedAtAsAGraph) {
  const auto fast = xcs::jit(panel(make_tally()));
  EXPECT_THROW((void)xcs::get_plan_graph(fast), InvalidArgumentError) << "not called yet";
  (void)fast({{"q", 1}});
  const xcs::XCSGraph graph = xcs::get_plan_graph(fast);
  ASSERT_EQ(graph.size(), 6U);
  EXPECT_EQ(graph.get_waves().size(), 2U);
  EXPECT_THAT(graph.predecessors(graph.sinks().front()), ::testing::SizeIs(5));
  const auto results = xcs::execute(graph, {{"q", 1}});
  EXPECT_EQ(results[graph.sinks().front()], fast({{"q", 1}})) << "it is a graph like any other";
}

TEST(Jit, ThePlanOfATraceIsTheWayThatWasTaken) {
  const Op<> first = op("first", [](const Value& in) { return in; });
  const Op<> more = op("more", [](const Value& in) -> Value { return in.integer() + 1; });
  const auto traced = xcs::jit(
      op("route", [=](Var<> in) { return first(in).get().integer() > 5 ? more(more(in)) : more(in); }),
      {.mode = "trace"});
  EXPECT_EQ(traced(7), Value(9));
  EXPECT_EQ(xcs::get_plan_graph(traced).size(), 3U);
  EXPECT_EQ(traced(1), Value(2));
  EXPECT_EQ(xcs::get_plan_graph(traced).size(), 2U);
}

TEST(Jit, SaysWhyThereIsNoPlanToLookAt) {
  const auto dynamic = xcs::jit(op("look", [](Var<> in) -> Var<> { return in.get(); }));
  (void)dynamic(1);
  try {
    (void)xcs::get_plan_graph(dynamic);
    ADD_FAILURE();
  } catch (const InvalidArgumentError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("'look' has no plan: it runs in the way 'enhanced', because forward looks"));
  }
}

TEST(Jit, DisablingClearingAndSelection) {
  const auto fast = xcs::jit(appending("x"));
  (void)fast({{"text", "a"}});
  xcs::clear_graph_cache(fast);
  (void)fast({{"text", "a"}});
  EXPECT_EQ(xcs::get_jit_stats(fast).cache_misses, 2U);
  EXPECT_THAT(xcs::explain(fast), HasSubstr("the plans were cleared"));
  EXPECT_THROW(xcs::disable_jit(appending("x")), InvalidArgumentError);
  EXPECT_THROW((void)xcs::jit(appending("x"), {.cache_size = 0}), InvalidArgumentError);
  EXPECT_THROW((void)xcs::jit(appending("x"), {.trace_level = "loud"}), InvalidArgumentError);
  EXPECT_THROW((void)xcs::jit(appending("x"), {.max_workers = 0}), InvalidArgumentError);
  EXPECT_EQ(xcs::JITOptions::from({{"mode", "Trace"}, {"cache_size", 3}}).cache_size, 3);
}

}  // namespace
}  // namespace ember
