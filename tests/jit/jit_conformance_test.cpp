// Cases of the behavioural specification: jit, jit_stats.
#include <gtest/gtest.h>

#include <thread>

#include <ember/error.hpp>
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/runtime.hpp>
#include <ember/schema.hpp>

#include "jit_parts.hpp"

namespace ember {
namespace {

using test::appending;
using test::failing;
using test::make_tally;
using test::sleeping;

constexpr const char* modes[] = {"trace", "structural", "enhanced", "auto"};

class QueryPipeline final : public Composite<> {
 public:
  Var<> forward(Var<> inputs) const override { return second_(first_(inputs)); }

 private:
  Op<> first_ = child("first", op("first", [](const Value& in) -> Value {
                        return {{"text", in["query"].string() + "1"}};
                      }));
  Op<> second_ = child("second", appending("2"));
};

Op<> counter() {
  const auto count = std::make_shared<std::atomic<int>>(0);
  return op("counter", [count](const Value&) -> Value { return ++*count; });
}

TEST(Conformance, jit_002) {
  const Value expected = Op<>(QueryPipeline())({{"query", "a"}});
  for (const char* mode : modes) {
    EXPECT_EQ(xcs::jit(QueryPipeline(), {.mode = mode})({{"query", "a"}}), expected) << mode;
  }
}

TEST(Conformance, jit_003) {
  EXPECT_EQ(xcs::jit(QueryPipeline(), {.mode = "ENHANCED"})({{"query", "a"}})["text"].string(), "a12");
}

TEST(Conformance, jit_004) {
  try {
    (void)xcs::jit(QueryPipeline(), {.mode = "turbo"});
    FAIL();
  } catch (const std::invalid_argument& error) {
    const std::string text = error.what();
    for (const char* mode : modes) EXPECT_NE(text.find(mode), std::string::npos) << text;
  }
}

TEST(Conformance, jit_005) {
  try {
    (void)xcs::JITOptions::from({{"unknown_flag", 1}});
    FAIL();
  } catch (const InvalidArgumentError& error) {
    EXPECT_NE(std::string(error.what()).find("unknown_flag"), std::string::npos);
  }
}

TEST(Conformance, jit_009) {
  const auto fast = xcs::jit(op("any", [](const Value& in) -> Value { return in; }), {.cache_size = 2});
  for (const char* field : {"a", "b", "c", "a"}) {
    (void)fast(Value::mapping({{field, 1}}));
    EXPECT_LE(xcs::get_jit_stats(fast).cached_plans, 2U);
  }
  EXPECT_EQ(xcs::get_jit_stats(fast).cache_misses, 4U);
  EXPECT_EQ(xcs::get_jit_stats(fast).cache_hits, 0U);
}

TEST(Conformance, jit_011) {
  for (const char* mode : modes) {
    std::vector<test::TallyPtr> tallies;
    std::vector<Op<>> parts;
    for (const char* letter : {"p", "a", "t", "f"}) {
      tallies.push_back(make_tally());
      parts.push_back(appending(letter, tallies.back()));
    }
    const auto processor = xcs::jit(op("processor",
                                       [parts](Var<> inputs) {
                                         Var<> text = inputs;
                                         for (const Op<>& part : parts) text = part(text);
                                         return text;
                                       }),
                                    {.mode = mode});
    EXPECT_EQ(processor({{"text", "x"}}), Value({{"text", "xpatf"}})) << mode;
    EXPECT_EQ(processor({{"text", "y"}}), Value({{"text", "ypatf"}})) << mode;
    for (const auto& tally : tallies) EXPECT_EQ(tally->calls, 2) << mode;
  }
}

TEST(Conformance, jit_012) {
  for (const char* mode : modes) {
    const auto a = make_tally();
    const auto b = make_tally();
    const Op<> on = appending("A", a);
    const Op<> off = appending("B", b);
    const auto fast =
        xcs::jit(op("choice", [=](Var<> in) { return in["flag"].get().boolean() ? on(in) : off(in); }),
                 {.mode = mode});
    const auto ask = [&](bool flag) { return fast({{"flag", flag}, {"text", ""}})["text"].string(); };
    EXPECT_EQ(ask(true) + ask(false) + ask(true), "ABA") << mode;
    EXPECT_EQ(a->calls, 2) << mode;
    EXPECT_EQ(b->calls, 1) << mode;
  }
}

TEST(Conformance, jit_014) {
  for (const char* mode : modes) {
    const auto leaf = make_tally();
    EXPECT_THROW((void)xcs::jit(failing("boom", leaf), {.mode = mode})({{"v", 1}}), OperatorExecutionError);
    EXPECT_EQ(leaf->calls, 1) << mode;
    const auto runs = std::make_shared<int>(0);
    const auto composite = xcs::jit(op("bad",
                                       [runs](Var<> in) -> Var<> {
                                         ++*runs;
                                         if (*runs > 0) throw std::runtime_error("boom");
                                         return in;
                                       }),
                                    {.mode = mode});
    EXPECT_THROW((void)composite({{"v", 1}}), OperatorExecutionError);
    EXPECT_EQ(*runs, 1) << mode;
  }
}

struct Typed {
  std::int64_t v = 0;
};
EMBER_FIELDS(Typed, v)

TEST(Conformance, jit_015) {
  class Doubled final : public Operator<std::int64_t(Typed)> {
   public:
    std::int64_t forward(const Typed& typed) const override { return typed.v * 2; }
  };
  const auto fast = dynamic(xcs::jit(Doubled()));
  EXPECT_EQ(fast({{"v", 1}}).integer(), 2);
  try {
    (void)fast({{"v", "bad"}});
    FAIL();
  } catch (const OperatorError& error) {
    EXPECT_THROW(std::rethrow_exception(root_cause(std::current_exception())), ValidationError);
  }
}

TEST(Conformance, jit_016) {
  const Op<> next = counter();
  const auto fast = xcs::jit(op("ask", [next](Var<> in) { return next(in); }));
  for (int expected = 1; expected <= 3; ++expected) EXPECT_EQ(fast({{"q", "same"}}).integer(), expected);
}

TEST(Conformance, jit_017) {
  const auto fast = xcs::jit(counter(), {.preserve_stochasticity = true});
  const auto scope = xcs::execution_options({.enable_caching = true});
  EXPECT_EQ(fast({{"q", "same"}}).integer(), 1);
  EXPECT_EQ(fast({{"q", "same"}}).integer(), 2);
}

TEST(Conformance, jit_018) {
  const auto fast =
      op("double", [](const Value& in) -> Value { return in["value"].integer() * 2; }) | xcs::jit;
  EXPECT_EQ(fast({{"value", 5}}).integer(), 10);
  EXPECT_EQ(fast({{"value", 7}}).integer(), 14);
}

Op<> two_sleepers(const test::TallyPtr& tally) {
  const Op<> one = sleeping("one", 0.01, 1, tally);
  const Op<> two = sleeping("two", 0.01, 2, tally);
  return op("both", [one, two](Var<> in) { return list_of({one(in), two(in)}); });
}

TEST(Conformance, jit_020) {
  for (const char* mode : modes) {
    const auto tally = make_tally();
    const auto fast = xcs::jit(two_sleepers(tally), {.mode = mode});
    Runtime::simulated().run([&] {
      const auto scope = xcs::execution_options({.use_parallel = false});
      EXPECT_EQ(fast({{"q", 1}}), list({Value({{"v", 1}}), Value({{"v", 2}})})) << mode;
    });
    EXPECT_EQ(tally->most, 1) << mode;
    EXPECT_EQ(tally->calls, 2) << mode;
  }
}

TEST(Conformance, jit_021) {
  for (const char* mode : modes) {
    const Op<> one = failing("first");
    const Op<> two = failing("second");
    const auto fast = xcs::jit(op("both",
                                  [one, two](Var<> in) {
                                    return list_of({one(in), two(in)});
                                  }),
                               {.mode = mode});
    try {
      (void)fast({{"q", 1}});
      FAIL() << mode;
    } catch (const OperatorExecutionError& error) {
      EXPECT_EQ(message_of(error.cause()), "first") << mode;
      EXPECT_EQ(error.path(), "both.fails") << mode;
    }
  }
}

TEST(Conformance, jit_023) {
  const Op<> next = appending("x");
  const Op<> looks =
      op("looks", [next](Var<> in) { return next(in)["text"].get().size() > 0 ? in : next(in); });
  const auto fast = xcs::jit(looks, {.mode = "structural", .fallback = false});
  EXPECT_THROW((void)fast({{"text", "a"}}), CompilationError);
}

TEST(Conformance, jit_024) {
  const Value selection = xcs::explain_jit_selection(Op<>(QueryPipeline()));
  for (const char* mode : {"trace", "structural", "enhanced"}) {
    EXPECT_GE(selection[mode]["score"].number(), 0);
    EXPECT_FALSE(selection[mode]["rationale"].string().empty());
    EXPECT_TRUE(selection[mode]["features"].is_mapping());
  }
  EXPECT_EQ(selection["selected"].string(), "structural");
}

TEST(Conformance, jit_032) {
  for (const char* mode : modes) {
    for (const char* strategy : {"auto", "parallel", "sequential"}) {
      const auto calls = std::vector{make_tally(), make_tally(), make_tally()};
      const Op<> a = failing("always", calls[0]);
      const Op<> b = op("b", [tally = calls[1]](const Value&) -> Value {
        tally->enter();
        tally->leave();
        return {{"v", "backup"}};
      });
      const Op<> c = op("c", [tally = calls[2]](const Value& in) -> Value {
        tally->enter();
        tally->leave();
        return {{"v", in["v"].string() + "!"}};
      });
      const auto guarded = op("guarded", [a, b, c](Var<> in) {
        Var<> result = in;
        try {
          result = Var<>(a(in).get());
        } catch (const std::exception&) {
          result = b(in);
        }
        return c(result);
      });
      const auto fast = xcs::jit(guarded, {.mode = mode, .execution_strategy = strategy});
      for (int call = 1; call <= 2; ++call) {
        EXPECT_EQ(fast({{"v", 1}}), Value({{"v", "backup!"}})) << mode << ' ' << strategy;
        for (const auto& tally : calls) EXPECT_EQ(tally->calls, call) << mode << ' ' << strategy;
      }
    }
  }
}

TEST(Conformance, jit_stats_002) {
  const auto fast = xcs::jit(QueryPipeline());
  EXPECT_EQ(xcs::get_jit_stats(fast).execution_count, 0U);
  (void)fast({{"query", "a"}});
  const xcs::JitStats stats = xcs::get_jit_stats(fast);
  EXPECT_GT(stats.compilation_time, 0);
  EXPECT_GT(stats.execution_time, 0);
  EXPECT_EQ(stats.cache_misses, 1U);
  EXPECT_EQ(stats.cache_hits, 0U);
  EXPECT_EQ(stats.execution_count, 1U);
  EXPECT_EQ(stats.compilation_count, 1U);
  (void)fast({{"query", "b"}});
  EXPECT_EQ(xcs::get_jit_stats(fast).cache_hits, 1U);
}

TEST(Conformance, jit_stats_004) {
  const auto fast = xcs::jit(op("slow", [](const Value& in) -> Value {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    return in;
  }));
  (void)fast({{"q", 1}});
  (void)fast({{"q", 2}});
  const double seconds = xcs::get_jit_stats(fast).to_value()["execution_time"].number();
  EXPECT_GE(seconds, 0.06);
  EXPECT_LE(seconds, 60);  // The unit is seconds; a busy machine may be slow.
}

TEST(Conformance, jit_stats_006) {
  xcs::JitStats stats;
  stats.cache_hits = 2;
  stats.cache_misses = 1;
  EXPECT_DOUBLE_EQ(stats.cache_hit_rate(), 2.0 / 3.0);
  stats.cache_hits = 1;
  EXPECT_DOUBLE_EQ(stats.cache_hit_rate(), 0.5);
}

TEST(Conformance, jit_stats_007) {
  const Value summary = xcs::get_jit_stats().to_value();
  for (const char* key :
       {"total_tracing_time_ms", "total_compilation_time_ms", "total_execution_time_ms", "cache_hits",
        "cache_misses", "cache_hit_rate", "compilation_count", "execution_count", "avg_compilation_time_ms",
        "avg_execution_time_ms", "function_count"}) {
    EXPECT_TRUE(summary.has(key)) << key;
  }
}

TEST(Conformance, jit_stats_008) {
  const auto fast = xcs::jit(QueryPipeline());
  (void)fast({{"query", "a"}});
  xcs::JitStats stats = xcs::get_jit_stats(fast);
  stats.execution_count = 100;
  EXPECT_EQ(xcs::get_jit_stats(fast).execution_count, 1U);
}

TEST(Conformance, jit_stats_009) {
  EXPECT_THROW((void)xcs::get_jit_stats(appending("x")), InvalidArgumentError);
}

}  // namespace
}  // namespace ember
