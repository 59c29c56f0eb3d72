// Recorded programs and the XCSAPI object.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include <ember/error.hpp>
#include <ember/program.hpp>
#include <ember/runtime.hpp>
#include <ember/xcs_api.hpp>

namespace ember::xcs {
namespace {

struct Question {
  std::string text;
};
struct Answer {
  std::string text;
  double confidence = 0;
};
EMBER_FIELDS(Question, text)
EMBER_FIELDS(Answer, text, confidence)

TEST(Program, RunsTypedCompositions) {
  std::atomic<int> calls = 0;
  const auto ask = op("ask", [&](const Question& question) {
    ++calls;
    return Answer{"re: " + question.text, 0.5};
  });
  const auto best = op("best", [](const Question& question, const std::vector<Answer>& answers) {
    return Answer{question.text + "/" + answers.front().text, static_cast<double>(answers.size())};
  });
  const auto program = autograph([&](Var<Question> question) {
    std::vector<Var<Answer>> answers;
    for (int i = 0; i < 3; ++i) answers.push_back(ask(question));
    return best(question, collect(answers));
  });
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(program.graph().size(), 4U);
  const Answer answer = program({.text = "tea"});
  EXPECT_EQ(answer.text, "tea/re: tea");
  EXPECT_EQ(answer.confidence, 3.0);
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(program({.text = "milk"}).text, "milk/re: milk");
  EXPECT_EQ(program.call_with({.scheduler = "sequential"}, {.text = "oat"}).text, "oat/re: oat");
}

TEST(Program, RunsDynamicCompositionsAndSeveralArguments) {
  const auto add = op("add", [](std::int64_t a, std::int64_t b) { return a + b; });
  const auto sum = autograph([&](Var<std::int64_t> a, Var<std::int64_t> b) { return add(add(a, b), b); });
  EXPECT_EQ(sum(1, 10), 21);
  const auto echo = op("echo", [](const Value& in) -> Value { return in; });
  const auto part = autograph([&](Var<Value> in) { return object({{"x", echo(in)["x"]}, {"k", Value(5)}}); });
  EXPECT_EQ(part(Value({{"x", 7}})), Value({{"x", 7}, {"k", 5}}));
  const auto identity = autograph([](Var<Value> in) { return in; });
  EXPECT_EQ(identity(Value(3)), Value(3));
}

TEST(Program, LookingAtDataWhileRecordingIsAnError) {
  EXPECT_THROW(
      autograph([](Var<std::int64_t> x) { return x.get() > 3 ? x : Var<std::int64_t>(std::int64_t{3}); }),
      TraceError);
}

XCSGraph doubling() {
  XCSGraph graph;
  const auto times = [](std::int64_t factor) {
    return op("times", [factor](const Value& in) -> Value {
      return {{"value", in["value"].integer() * factor}};
    });
  };
  graph.add_node(times(2), "x2");
  graph.add_node(times(3), "x3");
  graph.add_edge("x2", "x3");
  return graph;
}

TEST(Conformance, xcsapi_001) {
  const ExecutionResult result = XCSAPI().execute(doubling(), {{"value", 5}});
  EXPECT_EQ(result.outputs["x2"], Value({{"value", 10}}));
  EXPECT_EQ(result.outputs["x3"], Value({{"value", 30}}));
  EXPECT_GT(result.execution_time, 0);
  EXPECT_TRUE(result.is_complete());
}

TEST(Conformance, execute_018) {
  const XCSExecutionOptions options;
  EXPECT_EQ(options.max_workers, 10);
  EXPECT_EQ(options.timeout, std::nullopt);
  EXPECT_TRUE(options.cache_results);
  EXPECT_FALSE(options.debug_mode);
}

TEST(Conformance, execute_019) {
  XCSGraph graph;
  graph.add_node(op("slow",
                    [](const Value& in) -> Value {
                      (void)Context::current().sleep_for(std::chrono::seconds(2));
                      return in;
                    }),
                 "slow");
  const auto runtime = Runtime::simulated();
  runtime.run([&] {
    const TimePoint start = runtime.now();
    EXPECT_THROW((void)XCSAPI().execute(graph, Value::mapping({}), XCSExecutionOptions{.timeout = 0.1}),
                 ExecutionTimeoutError);
    EXPECT_EQ(runtime.now() - start, std::chrono::milliseconds(100));
  });
}

TEST(Conformance, execute_006) {
  XCSGraph graph = doubling();
  EXPECT_EQ(execute_graph(graph, Value({{"value", 5}})).to_value(),
            execute(graph, Value({{"value", 5}})).to_value());
}

TEST(Conformance, execute_014) {
  // Anything that is not a graph does not compile.
  static_assert(
      !std::is_invocable_v<decltype([](auto x) -> decltype(execute(x)) { return execute(x); }), int>);
}

}  // namespace
}  // namespace ember::xcs
