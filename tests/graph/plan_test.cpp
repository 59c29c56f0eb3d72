#include "graph/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/autograph.hpp>
#include <ember/error.hpp>
#include <ember/json.hpp>

#include "support/graphs.hpp"

namespace ember::xcs {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

const Op<> echo = op("Echo", [](const Value& in) -> Value { return in; });

/// The input that `node` gets when its predecessors gave `outputs`, by name.
Value input_of(const XCSGraph& graph, const std::string& node, const Value& run_inputs,
               const Value& outputs = {}) {
  const auto plan = Plan::compile(graph);
  std::vector<Value> slots(plan->size());
  std::size_t wanted = plan->size();
  for (std::size_t number = 0; number < plan->size(); ++number) {
    slots[number] = outputs.get(plan->id(number));
    if (plan->id(number) == node || plan->display_name(number) == node) wanted = number;
  }
  return plan->input_of(wanted, run_inputs, slots.data());
}

XCSGraph two_producers(NodeOptions consumer = {}, const FieldMappings& first = {},
                       const FieldMappings& second = {}) {
  XCSGraph graph;
  graph.add_node(echo, "p");
  graph.add_node(echo, "q");
  graph.add_node(echo, "c", std::move(consumer));
  graph.add_edge("p", "c", first);
  graph.add_edge("q", "c", second);
  return graph;
}

TEST(PlanInput, SourcesGetRunInputsOverRecordedOnes) {
  XCSGraph graph;
  graph.add_node(echo, "s", {.inputs = {{"query", "recorded"}, {"k", 3}}});
  EXPECT_EQ(input_of(graph, "s", {}), Value({{"query", "recorded"}, {"k", 3}}));
  EXPECT_EQ(input_of(graph, "s", {{"query", "new"}, {"other", 1}}),
            Value({{"query", "new"}, {"k", 3}, {"other", 1}}));
  EXPECT_THROW(input_of(graph, "s", list({1})), DataFlowError);
}

TEST(PlanInput, SourcesWithoutRecordedInputsGetTheRunInputsAsTheyAre) {
  XCSGraph graph;
  graph.add_node(echo, "s");
  EXPECT_EQ(input_of(graph, "s", list({1, 2})), list({1, 2}));
  EXPECT_EQ(input_of(graph, "s", {}), Value::mapping({}));
}

TEST(PlanInput, FunctionsWithoutArgumentsGetNothing) {
  XCSGraph graph;
  graph.add_node(op("Clock", [] { return 7; }), "s");
  EXPECT_TRUE(input_of(graph, "s", {{"a", 1}}).is_null());
}

TEST(PlanInput, NodesBehindOthersDoNotSeeRunInputs) {
  XCSGraph graph;
  graph.add_node(echo, "a");
  graph.add_node(echo, "b");
  graph.add_edge("a", "b");
  EXPECT_EQ(input_of(graph, "b", {{"secret", 1}}, {{"a", {{"x", 2}}}}), Value({{"x", 2}}));
}

TEST(PlanInput, OneWholeOutputPassesAsItIs) {
  XCSGraph graph;
  graph.add_node(echo, "a");
  graph.add_node(echo, "b");
  graph.add_edge("a", "b");
  EXPECT_EQ(input_of(graph, "b", {}, {{"a", "done"}}), Value("done"));
  EXPECT_EQ(input_of(graph, "b", {}, {{"a", list({1})}}), list({1}));
}

TEST(PlanInput, InputMappingAndInputEdgesAskForRunInputs) {
  XCSGraph graph;
  graph.add_node(echo, "a");
  graph.add_node(echo, "b", {.input_mapping = {{"query", "question"}}});
  graph.add_node(echo, "c");
  graph.add_edge("a", "b");
  graph.add_edge("a", "c", {{"x", "x"}});
  graph.add_edge("$input", "c", {{"query", "q"}});
  const Value outputs = {{"a", {{"x", 2}}}};
  EXPECT_EQ(input_of(graph, "b", {{"query", "tea"}, {"k", 1}}, outputs),
            Value({{"question", "tea"}, {"x", 2}}));
  EXPECT_EQ(input_of(graph, "c", {{"query", "tea"}, {"k", 1}}, outputs), Value({{"x", 2}, {"q", "tea"}}));
  EXPECT_THAT(
      [&] {
        input_of(graph, "c", {{"k", 1}}, outputs);
      },
      ThrowsMessage<DataFlowError>(AllOf(HasSubstr("'$input' -> 'c'"), HasSubstr("'query'"))));
}

TEST(PlanInput, AnInputEdgeAloneKeepsOtherRunInputsOut) {
  XCSGraph graph;
  graph.add_node(echo, "a");
  graph.add_node(echo, "whole");
  graph.add_edge("$input", "a", {{"query", "q"}});
  graph.add_edge("$input", "whole");
  EXPECT_EQ(input_of(graph, "a", {{"query", "tea"}, {"k", 1}}), Value({{"q", "tea"}}));
  EXPECT_EQ(input_of(graph, "whole", "text"), Value("text"));
}

TEST(PlanInput, SourcesWithAMappingGetAllRunInputsToo) {
  XCSGraph graph;
  graph.add_node(echo, "s", {.input_mapping = {{"query", "question"}}, .inputs = {{"k", 3}}});
  EXPECT_EQ(input_of(graph, "s", {{"query", "tea"}}),
            Value({{"k", 3}, {"query", "tea"}, {"question", "tea"}}));
}

TEST(PlanInput, RecordedInputsOfOtherNodesAreDefaults) {
  const XCSGraph graph = two_producers({.inputs = {{"k", 1}, {"v", 0}}});
  EXPECT_EQ(input_of(graph, "c", {}, {{"p", {{"v", 5}}}, {"q", {{"w", 6}}}}),
            Value({{"k", 1}, {"v", 5}, {"w", 6}}));
}

TEST(PlanInput, MapsOnlyTheFieldsThatMappingsName) {
  const XCSGraph graph = two_producers({}, {{"value1", "x"}, {"value1", "again"}}, {{"*", "all"}});
  const Value outputs = {{"p", {{"value1", 10}, {"value2", 20}}}, {"q", "text"}};
  EXPECT_EQ(input_of(graph, "c", {}, outputs), Value({{"x", 10}, {"again", 10}, {"all", "text"}}));
}

TEST(PlanInput, AMappedFieldThatIsAbsentIsAnError) {
  const XCSGraph graph = two_producers({}, {{"missing", "x"}});
  const Value fields = {{"p", {{"there", 1}}}, {"q", {{"w", 6}}}};
  EXPECT_THAT([&] { input_of(graph, "c", {}, fields); },
              ThrowsMessage<DataFlowError>(
                  AllOf(HasSubstr("'p' -> 'c'"), HasSubstr("'missing'"), HasSubstr("there are: there"))));
  const Value text = {{"p", "text"}, {"q", {{"w", 6}}}};
  EXPECT_THAT([&] { input_of(graph, "c", {}, text); },
              ThrowsMessage<DataFlowError>(AllOf(HasSubstr("'missing'"), HasSubstr("'*'"))));
}

TEST(PlanInput, EqualFieldsOfWholeOutputsAreAnError) {
  const Value outputs = {{"p", {{"v", 1}}}, {"q", {{"v", 2}}}};
  EXPECT_THAT([&] { input_of(two_producers(), "c", {}, outputs); },
              ThrowsMessage<DataFlowError>(AllOf(HasSubstr("'v'"), HasSubstr("'p'"), HasSubstr("'q'"))));
  EXPECT_EQ(input_of(two_producers({.on_conflict = OnConflict::last}), "c", {}, outputs), Value({{"v", 2}}));
}

TEST(PlanInput, AWholeOutputWithoutFieldsCanNotBeMerged) {
  const Value outputs = {{"p", "text"}, {"q", {{"v", 2}}}};
  EXPECT_THAT([&] { input_of(two_producers(), "c", {}, outputs); },
              ThrowsMessage<DataFlowError>(AllOf(HasSubstr("'p'"), HasSubstr("string"), HasSubstr("*"))));
}

TEST(PlanInput, MergesVeryManyProducers) {
  constexpr std::size_t width = 5000;
  const XCSGraph graph = testing::build_graph(testing::wide(width), [](std::size_t) { return echo; });
  const auto plan = Plan::compile(graph);
  const std::vector<Value> outputs(plan->size(), Value({{"v", 1}}));
  EXPECT_EQ(plan->input_of(width + 1, {}, outputs.data()).size(), width);
}

TEST(Plan, PrunesToWhatTheOutputsNeed) {
  XCSGraph graph = testing::build_graph(testing::diamond(), [](std::size_t) { return echo; });
  graph.add_alias("n1", "left");
  const auto plan = Plan::compile(graph, std::vector<std::string>{"left", "n0", "n1", "left"});
  ASSERT_EQ(plan->size(), 2U);
  EXPECT_EQ(plan->id(0), "n0");
  EXPECT_EQ(plan->display_name(1), "left");
  EXPECT_THAT(plan->outputs(), ElementsAre(0U, 1U));
  EXPECT_EQ(plan->node(0).successor_count, 1U);
  EXPECT_EQ(Plan::compile(graph, std::vector<std::string>{})->size(), 0U);
  EXPECT_EQ(Plan::compile(XCSGraph())->size(), 0U);
}

TEST(Plan, NamesTheKnownNodesWhenAnOutputIsUnknown) {
  const XCSGraph graph = testing::build_graph(testing::diamond(), [](std::size_t) { return echo; });
  EXPECT_THAT([&] { Plan::compile(graph, std::vector<std::string>{"x"}); },
              ThrowsMessage<InvalidArgumentError>(AllOf(HasSubstr("'x'"), HasSubstr("n0, n1, n2, n3"))));
}

TEST(Plan, RefusesCyclesEvenOutsideOfWhatIsNeeded) {
  XCSGraph graph = testing::build_graph(testing::chain(3), [](std::size_t) { return echo; });
  graph.add_edge("n2", "n1");
  EXPECT_THROW(Plan::compile(graph, std::vector<std::string>{"n0"}), GraphError);
}

TEST(Plan, RefusesIncompleteGraphsAndDeclaredConflicts) {
  XCSGraph incomplete;
  incomplete.mark_incomplete();
  EXPECT_THROW(Plan::compile(incomplete), TraceError);
  EXPECT_THROW(Plan::compile(two_producers({}, {{"x", "v"}}, {{"y", "v"}})), GraphError);
}

TEST(Plan, KnowsItsShape) {
  const auto plan = Plan::compile(testing::build_graph(testing::wide(5), [](std::size_t) { return echo; }));
  EXPECT_EQ(plan->depth(), 3U);
  EXPECT_EQ(plan->width(), 5U);
  EXPECT_THAT(plan->sources(), ElementsAre(0U));
  EXPECT_EQ(plan->node(6).predecessor_count, 5U);
  const PlanNode& first = plan->node(0);
  EXPECT_THAT(
      std::vector<std::uint32_t>(plan->successors(first), plan->successors(first) + first.successor_count),
      ElementsAre(1U, 2U, 3U, 4U, 5U));
  EXPECT_THAT(Plan::compile(XCSGraph())->outputs(), IsEmpty());
}

TEST(Plan, RunInputsKeepThePlacesOfRecordedFields) {
  Autograph recorded;
  recorded.call("y", echo, {{"a", 1}, {"b", 2}});
  const Value input = input_of(recorded.graph(), "y", {{"c", 3}, {"a", 4}});
  EXPECT_EQ(to_json(input), R"({"a":4,"b":2,"c":3})");
}

}  // namespace
}  // namespace ember::xcs
