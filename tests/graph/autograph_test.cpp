#include <ember/autograph.hpp>

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/json.hpp>

#include "graph/plan.hpp"

namespace ember::xcs {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

const Op<> echo = op("Echo", [](const Value& in) -> Value { return in; });
const Op<int(int, int)> add = op("Add", [](int left, int right) { return left + right; });

Value input_of(const XCSGraph& graph, const std::string& name, const Value& run_inputs,
               const std::vector<Value>& outputs = {}) {
  const auto plan = Plan::compile(graph);
  return plan->input_of(graph.index_of(name), run_inputs, outputs.data());
}

TEST(Autograph, GivesNamesAndRefusesTakenOnes) {
  Autograph graph;
  graph.call("x", echo, {{"query", "tea"}});
  EXPECT_THROW(graph.call("x", echo, {{"query", "tea"}}), GraphError);
  EXPECT_THROW(graph.call("$input", echo, {{"query", "tea"}}), GraphError);
  EXPECT_EQ(graph.graph().size(), 1U);
  EXPECT_EQ(graph.graph().node("x").id, "Echo_0");
}

TEST(Autograph, RecordsCallsOfHandles) {
  Autograph graph;
  const auto x = graph.call("x", echo, Value({{"query", "tea"}}));
  const auto y = echo(x);
  graph.call("z", echo, merge(x, {{"extra", y["out"]}}));
  EXPECT_THAT(graph.graph().predecessors("z"), ElementsAre("Echo_0", "Echo_1"));
  EXPECT_THAT(graph.graph().predecessors("Echo_1"), ElementsAre("Echo_0"));
  EXPECT_THAT(graph.graph().edges()[0].field_mappings, IsEmpty());
  const std::vector<Value> outputs = {{{"query", "tea"}}, {{"out", 7}}};
  EXPECT_EQ(input_of(graph, "z", {}, outputs), Value({{"query", "tea"}, {"extra", 7}}));
}

TEST(Autograph, DescribesEdgesOfObjects) {
  Autograph graph;
  const auto x = graph.call("x", echo, {{"query", "tea"}});
  graph.call("fields", echo, {{"text", x["out"]}, {"whole", x}, {"k", 5}});
  graph.call("deep", echo, {{"text", x["out"]}, {"nested", x["a"]["b"]}});
  EXPECT_THAT(graph.graph().edges()[0].field_mappings,
              ElementsAre(std::pair("out", "text"), std::pair("*", "whole")));
  EXPECT_THAT(graph.graph().edges()[1].field_mappings, IsEmpty());
}

TEST(Autograph, RunInputsOverlayLiteralsOfSourcesOnly) {
  Autograph graph;
  const auto x = graph.call("x", echo, {{"query", "tea"}, {"k", 3}});
  graph.call("y", echo, {{"text", x["query"]}, {"k", 4}});
  graph.call("sum", add, 1, 2);
  const Value inputs = {{"query", "coffee"}, {"other", 1}};
  EXPECT_EQ(input_of(graph, "x", inputs), Value({{"query", "coffee"}, {"k", 3}, {"other", 1}}));
  EXPECT_EQ(input_of(graph, "y", inputs, {{{"query", "coffee"}}}), Value({{"text", "coffee"}, {"k", 4}}));
  EXPECT_EQ(input_of(graph, "sum", inputs), list({1, 2}));
}

TEST(Autograph, AsksForPartsOfTheRunInputs) {
  Autograph graph;
  graph.call("whole", echo, graph.input());
  graph.call("part", echo, {{"q", graph.input()["query"]}});
  EXPECT_EQ(input_of(graph, "whole", list({1})), list({1}));
  EXPECT_EQ(input_of(graph, "part", {{"query", "tea"}, {"k", 1}}), Value({{"q", "tea"}}));
  EXPECT_EQ(graph.graph().edges()[1].from, "$input");
  EXPECT_THAT(
      [&] {
        input_of(graph, "part", {{"k", 1}});
      },
      ThrowsMessage<DataFlowError>(AllOf(HasSubstr("'$input' -> 'part'"), HasSubstr("'query'"))));
}

TEST(Autograph, AFieldThatIsAbsentNamesTheEdge) {
  Autograph graph;
  const auto x = graph.call("x", echo, {{"query", "tea"}});
  graph.call("y", echo, x["missing"]);
  EXPECT_THAT(
      [&] {
        input_of(graph, "y", {}, {{{"query", "tea"}}});
      },
      ThrowsMessage<DataFlowError>(AllOf(HasSubstr("'x' -> 'y'"), HasSubstr("'missing'"))));
}

TEST(Autograph, RefusesToReadHandles) {
  Autograph graph;
  const auto x = graph.call("x", echo, {{"query", "tea"}});
  const auto message = ThrowsMessage<TraceError>(AllOf(HasSubstr("'x.out'"), HasSubstr("while recording")));
  EXPECT_THAT([&] { (void)x["out"].get(); }, message);
  EXPECT_THAT([&] { (void)x["out"].size(); }, message);
  EXPECT_THAT([&] { (void)x["out"].has("y"); }, message);
  EXPECT_THAT([&] { (void)merge(x["out"], x).get(); }, message);
}

TEST(Autograph, HandlesEndWithTheRecording) {
  auto graph = std::make_unique<Autograph>();
  const auto x = graph->call("x", echo, {{"query", "tea"}});
  graph->finish();
  const auto message = ThrowsMessage<TraceError>(HasSubstr("ended"));
  EXPECT_THAT([&] { echo(x); }, message);
  EXPECT_THAT([&] { (void)x.get(); }, message);
  EXPECT_THAT([&] { graph->call("y", echo, x); }, message);
  EXPECT_EQ(graph->graph().size(), 1U);
  graph.reset();
  EXPECT_THAT([&] { echo(x); }, message);
  EXPECT_THAT([&] { (void)x.get(); }, message);
}

TEST(Autograph, HandlesBelongToOneGraph) {
  Autograph first;
  Autograph second;
  const auto x = first.call("x", echo, {{"query", "tea"}});
  const auto y = second.call("y", echo, {{"query", "tea"}});
  EXPECT_THROW(second.call("z", echo, x), TraceError);
  EXPECT_THROW(echo(merge(x, y)), TraceError);
  EXPECT_THROW(second.record([&] { echo(x); }), TraceError);
  EXPECT_EQ(first.graph().size(), 1U);
  EXPECT_EQ(second.graph().size(), 1U);
}

TEST(Autograph, HandlesBelongToOneThread) {
  Autograph graph;
  const auto x = graph.call("x", echo, {{"query", "tea"}});
  std::thread([&] { EXPECT_THROW(echo(x), TraceError); }).join();
  EXPECT_EQ(graph.graph().size(), 1U);
  std::thread([&] { EXPECT_NO_THROW(graph.call("y", echo, x)); }).join();
  EXPECT_THROW(echo(x), TraceError);
  EXPECT_EQ(graph.graph().size(), 2U);
}

TEST(Autograph, RefusesPlainCallsInsideARecordingScope) {
  Autograph graph;
  int calls = 0;
  const auto counted = op("Counted", [&calls](const Value& in) -> Value { return ++calls, in; });
  try {
    graph.record([&] { counted(Value({{"a", 1}})); });
    FAIL() << "a plain call was accepted";
  } catch (const TraceError& error) {
    EXPECT_EQ(error.code(), Errc::plain_call_in_trace);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("Counted"), HasSubstr("frozen")));
  }
  EXPECT_EQ(calls, 0);
  EXPECT_TRUE(graph.graph().is_incomplete());
  EXPECT_EQ(counted(Value({{"a", 1}})), Value({{"a", 1}}));
}

TEST(Autograph, RecordsConcreteVarsAsLiterals) {
  Autograph graph;
  graph.record([&] { echo(Var<Value>(Value({{"a", 1}}))); });
  EXPECT_EQ(input_of(graph, "Echo_0", {}), Value({{"a", 1}}));
}

TEST(Autograph, RecordsCompositesAsOneNode) {
  const auto pair = op("Pair", [](Var<Value> in) { return list_of({echo(in), echo(in)}); });
  Autograph graph;
  graph.record([&] { pair(graph.input()); });
  EXPECT_EQ(graph.graph().to_text(), "Pair_0 = Pair($input)\n");
}

TEST(Autograph, OtherThreadsRunWhatTheyAreHanded) {
  Autograph graph;
  graph.record([&] {
    echo(graph.input());
    std::thread([] { EXPECT_EQ(echo(Value({{"a", 1}})), Value({{"a", 1}})); }).join();
  });
  EXPECT_EQ(graph.graph().size(), 1U);
}

struct Question {
  std::string text;
};
EMBER_FIELDS(Question, text)

TEST(Autograph, TakesTypedObjects) {
  const auto length =
      op("Length", [](const Question& question) { return static_cast<int>(question.text.size()); });
  Autograph graph;
  const Var<int> x = graph.call("x", length, Question{"tea"});
  graph.call("sum", add, x, 1);
  EXPECT_EQ(input_of(graph, "x", {})["text"].string(), "tea");
  EXPECT_EQ(input_of(graph, "sum", {}, {3}), list({3, 1}));
}

TEST(RecordProgram, KeepsLiteralsAndPlainErrors) {
  const RecordedProgram program = record_program(1, [](const std::vector<VarData>& inputs) {
    const Var<Value> input(inputs[0]);
    const auto fixed = echo(Var<Value>(Value({{"k", 1}})));
    return echo(merge(fixed, {{"q", input["query"]}})).data();
  });
  EXPECT_EQ(program.graph->to_text(),
            "Echo_0 = Echo({\"k\":1})\nEcho_1 = Echo(merge(Echo_0, {q: $input.query}))\n");
  EXPECT_EQ(program.answer.node, 1U);
  EXPECT_EQ(input_of(*program.graph, "Echo_0", {{"k", 2}}), Value({{"k", 1}}));
  EXPECT_THROW(input_of(*program.graph, "Echo_1", {{"x", 2}}, {{{"k", 1}}}), ItemNotFoundError);
}

TEST(RecordProgram, GivesEachArgumentItsPlace) {
  const RecordedProgram program = record_program(2, [](const std::vector<VarData>& inputs) {
    return add(Var<int>(inputs[1]), Var<int>(inputs[0])).data();
  });
  EXPECT_EQ(input_of(*program.graph, "Add_0", list({1, 2})), list({2, 1}));
  const RecordedProgram constant =
      record_program(0, [](const std::vector<VarData>&) { return VarData(Value(7)); });
  EXPECT_EQ(evaluate(constant.answer, {}, nullptr), Value(7));
}

TEST(RecordProgram, RefusesBodiesThatReadData) {
  EXPECT_THROW(record_program(1,
                              [](const std::vector<VarData>& inputs) {
                                return inputs[0].get().boolean() ? inputs[0] : VarData();
                              }),
               TraceError);
  EXPECT_THROW(record_program(1,
                              [](const std::vector<VarData>&) {
                                return VarData(echo(Value({{"a", 1}})));
                              }),
               TraceError);
}

TEST(RecordProgram, EndsItsHandles) {
  VarData kept;
  record_program(
      1, [&](const std::vector<VarData>& inputs) { return kept = echo(Var<Value>(inputs[0])).data(); });
  EXPECT_THROW(echo(Var<Value>(kept)), TraceError);
}

TEST(Autograph, RunInputsNeverPassALiteralSilently) {
  const Op<> echo_any = op("echo", [](const Value& in) -> Value { return in; });
  const std::vector<Value> without_fields = {5, "text", list({1, 2}), true};
  for (const Value& literal : without_fields) {
    Autograph graph;
    graph.call("y", echo_any, literal);
    for (const Value& given : without_fields) EXPECT_EQ(execute(graph.graph(), given)["y"], given);
    EXPECT_EQ(execute(graph.graph(), Value::mapping({}))["y"], literal);
    EXPECT_THROW(execute(graph.graph(), Value({{"a", 1}})), DataFlowError) << "over " << to_json(literal);
  }
  Autograph graph;
  graph.call("y", echo_any, {{"a", 1}});
  EXPECT_THROW(execute(graph.graph(), Value(7)), DataFlowError);
}

}  // namespace
}  // namespace ember::xcs
