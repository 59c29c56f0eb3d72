// The strategy trace of jit: a run goes as it went before, as long as everything that `forward` looked at is
// the same again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/runtime.hpp>

#include "jit_parts.hpp"

namespace ember {
namespace {

using test::appending;
using test::make_tally;
using test::same;
using test::simulated_seconds;
using test::TallyPtr;
using test::TimedLeaf;
using test::traced;
using ::testing::HasSubstr;
using ::testing::Not;

/// Counts how often `forward` runs: replays do not run it.
struct Router {
  TallyPtr classify = make_tally();
  TallyPtr sums = make_tally();
  TallyPtr talk = make_tally();
  std::shared_ptr<std::atomic<int>> forwards = std::make_shared<std::atomic<int>>(0);

  [[nodiscard]] Op<> op(double seconds = 0) const {
    const Op<> first = TimedLeaf(
        "classify", seconds,
        [](const Value& in) -> Value {
          return {{"kind", in["kind"]}, {"id", in["q"]}};
        },
        classify);
    const Op<> left = TimedLeaf(
        "sums", seconds,
        [](const Value& in) -> Value {
          return {{"text", "sum " + in["q"].string()}};
        },
        sums);
    const Op<> right = TimedLeaf(
        "talk", seconds,
        [](const Value& in) -> Value {
          return {{"text", "talk " + in["q"].string()}};
        },
        talk);
    return ember::op("router", [=, count = forwards](Var<> in) {
      ++*count;
      return first(in)["kind"].get().string() == "sum" ? left(in) : right(in);
    });
  }
};

Value question(const std::string& kind, int number) {
  return {{"q", std::to_string(number)}, {"kind", kind}};
}

TEST(TraceJit, RepeatsTheWayThatWasObserved) {
  const Router router;
  const auto fast = traced(router.op());
  for (int number = 0; number < 5; ++number) {
    EXPECT_EQ(fast(question("sum", number))["text"].string(), "sum " + std::to_string(number));
  }
  EXPECT_EQ(*router.forwards, 1);
  EXPECT_EQ(router.classify->calls, 5);
  EXPECT_EQ(router.sums->calls, 5);
  EXPECT_EQ(router.talk->calls, 0);
  const xcs::JitStats stats = xcs::get_jit_stats(fast);
  EXPECT_EQ(stats.cache_misses, 1U);
  EXPECT_EQ(stats.cache_hits, 4U);
  EXPECT_EQ(stats.compilation_count, 1U);
  EXPECT_EQ(stats.strategy, "trace");
}

TEST(TraceJit, KnowsBothWaysOfARouterAfterOneRunEach) {
  for (const bool is_parallel : {true, false}) {
    const Router router;
    const auto fast = traced(router.op());
    const auto scope = xcs::execution_options({.use_parallel = is_parallel});
    for (int number = 0; number < 10; ++number) {
      const std::string kind = number % 2 == 0 ? "sum" : "talk";
      EXPECT_EQ(fast(question(kind, number))["text"].string(), kind + " " + std::to_string(number));
    }
    EXPECT_EQ(*router.forwards, 2);
    EXPECT_EQ(router.classify->calls, 10);
    EXPECT_EQ(router.sums->calls, 5);
    EXPECT_EQ(router.talk->calls, 5);
    EXPECT_EQ(xcs::get_jit_stats(fast).compilation_count, 2U);
    EXPECT_EQ(xcs::get_jit_stats(fast).cache_misses, 1U);
  }
}

TEST(TraceJit, SaysWhatItHoldsFor) {
  const Router router;
  const auto fast = traced(router.op());
  for (const char* kind : {"sum", "sum", "talk"}) (void)fast(question(kind, 1));
  const std::string text = xcs::explain(fast);
  EXPECT_THAT(text, HasSubstr("chosen: trace, because the mode asks for it"));
  EXPECT_THAT(text, HasSubstr("in `router` at trace_jit_test.cpp:"));
  EXPECT_THAT(text, HasSubstr("the data of 'classify.kind' was \"sum\", held 1 time, failed 1 time"));
  EXPECT_THAT(text, HasSubstr("the data of 'classify.kind' was \"talk\", held 0 times, failed 0 times"));
}

TEST(TraceJit, GivesUpLooksThatNeverHold) {
  const auto forwards = std::make_shared<std::atomic<int>>(0);
  const Op<> write = TimedLeaf("write", 0, [](const Value& in) -> Value { return {{"text", in["q"]}}; });
  const Op<> judge = appending("!");
  const auto fast = traced(op("essay", [=](Var<> in) {
    ++*forwards;
    const Var<> text = write(in);
    return text["text"].get().string().empty() ? text : judge(text);
  }));
  for (int number = 0; number < 20; ++number) {
    EXPECT_EQ(fast(question("", number))["text"].string(), std::to_string(number) + "!");
  }
  EXPECT_EQ(*forwards, 20);
  EXPECT_EQ(xcs::get_jit_stats(fast).strategy, "enhanced");
  EXPECT_THAT(xcs::explain(fast),
              HasSubstr("chosen: enhanced, because the guard on the data of 'write.text' failed"));
}

TEST(TraceJit, LoopsUntilAValueComes) {
  const auto forwards = std::make_shared<std::atomic<int>>(0);
  const auto tally = make_tally();
  const Op<> next = TimedLeaf(
      "next", 0,
      [](const Value& in) -> Value {
        return {{"left", in["left"].integer() - 1}};
      },
      tally);
  const auto fast = traced(op("loop", [=](Var<> in) {
    ++*forwards;
    Var<> state = next(in);
    while (state["left"].get().integer() > 0) state = next(state);
    return state;
  }));
  int calls = 0;
  for (const int left : {3, 3, 5, 2, 5, 3}) {
    EXPECT_EQ(fast({{"left", left}})["left"].integer(), 0);
    calls += left;
  }
  EXPECT_EQ(tally->calls, calls);
  EXPECT_EQ(*forwards, 3);
}

TEST(TraceJit, WhatHasEndedIsNotPaidAgainWhenAGuardFails) {
  const auto before = make_tally();
  const Op<> first = TimedLeaf("first", 0, same, before);
  const Op<> beside = TimedLeaf("beside", 0, same, before);
  const Op<> after = TimedLeaf("after", 0, same);
  const auto fast = traced(op("guarded", [=](Var<> in) {
    const Var<> other = beside(in);
    const Var<> seen = first(in);
    const bool is_large = seen["n"].get().integer() > 10;
    return list_of({other, is_large ? after(seen) : seen});
  }));
  for (const int number : {1, 2, 30, 30, 2}) (void)fast({{"n", number}});
  EXPECT_EQ(before->calls, 10);
}

TEST(TraceJit, AnOutcomeThatWasCaughtIsNoTrace) {
  const auto fails = make_tally();
  const auto forwards = std::make_shared<std::atomic<int>>(0);
  const Op<> risky = TimedLeaf(
      "risky", 0,
      [](const Value& in) -> Value {
        if (in["bad"].boolean()) throw std::runtime_error("no");
        return in;
      },
      fails);
  const Op<> backup = TimedLeaf("backup", 0, same);
  const auto fast = traced(op("guarded", [=](Var<> in) {
    ++*forwards;
    try {
      return Var<>(risky(in).get());
    } catch (const std::exception&) {
      return backup(in);
    }
  }));
  for (const bool is_bad : {true, false, false, true, false}) {
    EXPECT_EQ(fast({{"bad", is_bad}})["bad"].boolean(), is_bad);
  }
  EXPECT_EQ(fails->calls, 5);
  // The first one twice, the second time with the failure known; once for the first good one; once for the
  // second bad one, whose failure the replay has met.
  EXPECT_EQ(*forwards, 4);
}

TEST(TraceJit, NestedCompositesAndPartsOfOutputs) {
  const auto tally = make_tally();
  const auto forwards = std::make_shared<std::atomic<int>>(0);
  const Op<> leaf = TimedLeaf(
      "leaf", 0,
      [](const Value& in) -> Value {
        return {{"v", in["v"].integer() + 1}, {"parts", list({in["v"]})}};
      },
      tally);
  const Op<> open = op("open", [=](Var<> in) { return leaf(leaf(in)); });
  const Op<> looks = op("looks", [=](Var<> in) {
    const Var<> first = leaf(in);
    return first["v"].get().integer() % 2 == 0 ? first : leaf(first);
  });
  const auto fast = traced(op("outer", [=](Var<> in) {
    ++*forwards;
    const Var<> left = open(in);
    const Var<> right = looks(object({{"v", left["v"]}}));
    const bool is_large = left["v"].get().integer() >= 100;
    return object(
        {{"v", right["v"]}, {"part", left["parts"][std::size_t{0}]}, {"large", Var<>(Value(is_large))}});
  }));
  const auto plain = [](std::int64_t v) -> Value {
    const std::int64_t right = (v + 3) % 2 == 0 ? v + 3 : v + 4;
    return {{"v", right}, {"part", v + 1}, {"large", v + 2 >= 100}};
  };
  int calls = 0;
  for (const std::int64_t v : {1, 1, 2, 120, 1, 2}) {
    EXPECT_EQ(fast({{"v", v}}), plain(v)) << v;
    calls += 2 + (v % 2 == 0 ? 2 : 1);
  }
  EXPECT_EQ(tally->calls, calls);
  EXPECT_EQ(*forwards, 3);
}

TEST(TraceJit, OverlapsFromTheFirstCallAndDoesNotRunAhead) {
  const auto after = make_tally();
  const Op<> slow = TimedLeaf("slow", 1, same);
  const Op<> classify = TimedLeaf("classify", 0.25, same);
  const Op<> left = TimedLeaf("left", 0.5, same, after);
  const Op<> right = TimedLeaf("right", 0.125, same, after);
  const auto fast = traced(op("overlaps", [=](Var<> in) {
    const Var<> beside = slow(in);
    const Var<> chosen = classify(in)["left"].get().boolean() ? left(in) : right(in);
    return list_of({beside, chosen});
  }));
  for (int call = 0; call < 3; ++call) {
    EXPECT_DOUBLE_EQ(simulated_seconds([&] {
                       (void)fast({{"left", true}});
                     }),
                     1)
        << call;  // Not 1.5, nor 1.75.
    EXPECT_EQ(after->calls, call + 1);
  }
  // The guess is wrong: nothing behind the guard was started, and what had ended counts.
  EXPECT_DOUBLE_EQ(simulated_seconds([&] { (void)fast({{"left", false}}); }), 1.125);
  EXPECT_EQ(after->calls, 4);
}

TEST(TraceJit, GuardsAreNoCalls) {
  const Router router;
  const auto fast = traced(router.op(0.5));
  const xcs::ExecutionOptions options{.trace_execution = true, .collect_metrics = true};
  std::vector<Value> shown;
  for (int number = 0; number < 2; ++number) {
    Runtime::simulated().run([&] {
      const auto scope = xcs::execution_options(options);
      (void)fast(question("sum", number));
      shown.push_back(static_cast<std::int64_t>(xcs::last_metrics().node_count));
    });
  }
  EXPECT_EQ(*router.forwards, 1);
  EXPECT_THAT(xcs::explain(fast), HasSubstr("2 calls, up to 1 at once, replayed 1 time,"));
}

TEST(TraceJit, IsSafeFromManyThreads) {
  const Router router;
  const auto fast = traced(router.op());
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int call = 0; call < 50; ++call) {
        const int number = thread * 1000 + call;
        const std::string kind = (thread + call) % 3 == 0 ? "sum" : "talk";
        if (fast(question(kind, number))["text"].string() != kind + " " + std::to_string(number)) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(router.classify->calls, 200);
  EXPECT_EQ(router.sums->calls + router.talk->calls, 200);
  EXPECT_LE(*router.forwards, 16);
  const xcs::JitStats stats = xcs::get_jit_stats(fast);
  EXPECT_EQ(stats.execution_count, 200U);
  EXPECT_EQ(stats.cache_hits + stats.cache_misses, 200U);
}

TEST(TraceJit, WorkThatItIsNotToldOfIsNoTrace) {
  const auto tally = make_tally();
  const Op<> leaf = TimedLeaf("leaf", 0, same, tally);
  const Op<> graph_op = TimedLeaf("in_graph", 0, same, tally);
  xcs::XCSGraph graph;
  graph.add_node(graph_op, "only");
  const auto runs_graph = traced(op("runs_graph", [=](Var<> in) {
    const Value seen = leaf(in).get();
    return Var<>(Value(xcs::execute(graph, seen)["only"]));
  }));
  const auto reads_inside = traced(op("reads_inside", [=](Var<> in) {
    const Var<> first = leaf(in);
    const Op<> captures = op("captures", [=](const Value& other) -> Value {
      return {{"both", list({first.get(), other})}};
    });
    return captures(in);
  }));
  for (int number = 0; number < 4; ++number) {
    const Value in = {{"n", number}};
    EXPECT_EQ(runs_graph(in), in);
    EXPECT_EQ(reads_inside(in)["both"][0], in);
  }
  EXPECT_EQ(tally->calls, 12);
  EXPECT_THAT(xcs::explain(runs_graph), Not(HasSubstr("replayed")));
  EXPECT_THAT(xcs::explain(reads_inside), Not(HasSubstr("replayed")));
}

TEST(TraceJit, FailuresInReplaysAreThoseOfPlainExecution) {
  const auto tally = make_tally();
  const Op<> first = TimedLeaf("first", 0, same, tally);
  const Op<> second = TimedLeaf(
      "second", 0,
      [](const Value& in) -> Value {
        if (in["bad"].boolean()) throw std::runtime_error("second fails");
        return in;
      },
      tally);
  const auto plain = op("fails", [=](Var<> in) {
    const Var<> seen = first(in);
    return seen["go"].get().boolean() ? second(seen)["text"] : seen;
  });
  const auto fast = traced(plain);
  const Value good = {{"go", true}, {"bad", false}, {"text", "t"}};
  for (int call = 0; call < 3; ++call) EXPECT_EQ(fast(good).string(), "t");
  EXPECT_EQ(tally->calls, 6);
  const auto message = [](const Op<>& op, const Value& in) {
    try {
      (void)op(in);
    } catch (const Error& error) {
      return error.path() + ": " + error.what();
    }
    return std::string();
  };
  const Value bad = {{"go", true}, {"bad", true}, {"text", "t"}};
  EXPECT_EQ(message(fast, bad), message(plain, bad));
  EXPECT_EQ(tally->calls, 10);
  const Value lacks = {{"go", true}, {"bad", false}};
  EXPECT_EQ(message(fast, lacks), message(plain, lacks));
  EXPECT_EQ(tally->calls, 14);
}

}  // namespace
}  // namespace ember
