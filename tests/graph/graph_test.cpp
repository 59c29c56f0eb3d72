#include <ember/graph.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>

#include "support/graphs.hpp"

namespace ember::xcs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

class Op1 final : public Operator<> {
 public:
  Value forward(const Value& inputs) const override { return inputs; }
};

Value twice(const Value& inputs) {
  return list({inputs, inputs});
}

XCSGraph graph_of(const std::vector<std::string>& ids) {
  XCSGraph graph;
  for (const std::string& id : ids) graph.add_node(Op1(), id);
  return graph;
}

TEST(Graph, TakesOperatorsOpsAndFunctions) {
  XCSGraph graph;
  EXPECT_EQ(graph.add_node(Op1()), "Op1_0");
  EXPECT_EQ(graph.add_node(Op(Op1())), "Op1_1");
  EXPECT_EQ(graph.add_node([](const Value& in) -> Value { return in; }, "lambda"), "lambda");
  EXPECT_EQ(graph.node("lambda").op.name(), "lambda");
  EXPECT_EQ(graph.add_node(twice), "function_3");
  EXPECT_EQ(graph.size(), 4U);
}

TEST(Graph, RefusesEmptyOperators) {
  XCSGraph graph;
  EXPECT_THROW(graph.add_node(Op<>()), InvalidArgumentError);
  EXPECT_THROW(graph.add_node(OpReference()), InvalidArgumentError);
  EXPECT_THROW(graph.add_node(static_cast<Value (*)(const Value&)>(nullptr)), InvalidArgumentError);
  EXPECT_THROW(graph.add_node(std::function<Value(const Value&)>()), InvalidArgumentError);
  EXPECT_TRUE(graph.empty());
}

TEST(Graph, RefusesDuplicateAndReservedIds) {
  XCSGraph graph = graph_of({"dup"});
  EXPECT_THAT([&] { graph.add_node(Op1(), "dup"); },
              ThrowsMessage<GraphError>("Node with ID 'dup' already exists."));
  EXPECT_THROW(graph.add_node(Op1(), "$input"), GraphError);
  graph.add_alias("dup", "other");
  EXPECT_THAT([&] { graph.add_node(Op1(), "other"); },
              ThrowsMessage<GraphError>("Node with ID 'other' already exists."));
  EXPECT_EQ(graph.size(), 1U);
}

TEST(Graph, NumbersFreshIdsOverAllNodesAndAvoidsTakenOnes) {
  XCSGraph graph = graph_of({"a", "Op1_3"});
  EXPECT_EQ(graph.add_node(Op1()), "Op1_2");
  EXPECT_EQ(graph.add_node(Op1()), "Op1_4");
}

TEST(Graph, NamesNodesForPeople) {
  XCSGraph graph;
  graph.add_node(Op1(), "a", {.name = "first step"});
  graph.add_node(Op1(), "b", {.name = "first step"});
  graph.add_node(Op(Op1()).named("judge"), "c");
  EXPECT_EQ(graph.node("a").options.name, "first step");
  EXPECT_EQ(graph.node("b").options.name, "first step");
  EXPECT_EQ(graph.node("c").options.name, "judge");
}

TEST(Graph, FindsNodesByIdAndAlias) {
  XCSGraph graph = graph_of({"a", "b"});
  graph.add_alias("b", "answer");
  EXPECT_EQ(graph.index_of("answer"), 1U);
  EXPECT_EQ(graph.node("answer").id, "b");
  EXPECT_EQ(graph.node("b").display_name(), "answer");
  EXPECT_FALSE(graph.has_node("c"));
  EXPECT_THAT([&] { (void)graph.node("c"); }, ThrowsMessage<ItemNotFoundError>(HasSubstr("a, b (answer)")));
  EXPECT_THAT([&] { graph.add_alias("a", "answer"); },
              ThrowsMessage<GraphError>(HasSubstr("taken by node 'b'")));
  EXPECT_THROW(graph.add_alias("a", "$input"), GraphError);
}

TEST(Graph, RefusesEdgesWithUnknownEnds) {
  XCSGraph graph = graph_of({"a"});
  EXPECT_THAT([&] { graph.add_edge("x", "a"); },
              ThrowsMessage<GraphError>("Source node 'x' does not exist."));
  EXPECT_THAT([&] { graph.add_edge("a", "y"); },
              ThrowsMessage<GraphError>("Destination node 'y' does not exist."));
  EXPECT_THROW(graph.add_edge("a", "$input"), GraphError);
  EXPECT_THAT(graph.edges(), IsEmpty());
}

TEST(Graph, MergesMappingsOfAnEdgeThatIsAddedAgain) {
  XCSGraph graph = graph_of({"a", "b"});
  graph.add_edge("a", "b", {{"x", "y"}});
  const Edge edge = graph.add_edge("a", "b", {{"x", "y"}, {"x", "z"}});
  EXPECT_THAT(edge.field_mappings, ElementsAre(std::pair("x", "y"), std::pair("x", "z")));
  EXPECT_EQ(graph.edges().size(), 1U);
  EXPECT_THAT(graph.successors("a"), ElementsAre("b"));
  EXPECT_THAT(graph.predecessors("b"), ElementsAre("a"));
}

TEST(Graph, KeepsEdgesApartWhoseNamesJoinTheSameWay) {
  XCSGraph graph = graph_of({"a", "b_c", "a_b", "c"});
  graph.add_edge("a", "b_c");
  graph.add_edge("a_b", "c");
  EXPECT_EQ(graph.edges().size(), 2U);
  EXPECT_THAT(graph.successors("a"), ElementsAre("b_c"));
  EXPECT_THAT(graph.successors("a_b"), ElementsAre("c"));
}

TEST(Graph, ListsSourcesSinksAndAncestors) {
  XCSGraph graph = graph_of({"a", "b", "c", "d", "lonely"});
  graph.add_edge("a", "b");
  graph.add_edge("a", "c");
  graph.add_edge("b", "d");
  graph.add_edge("c", "d");
  graph.add_edge("$input", "a");
  EXPECT_THAT(graph.sources(), ElementsAre("a", "lonely"));
  EXPECT_THAT(graph.sinks(), ElementsAre("d", "lonely"));
  EXPECT_THAT(graph.ancestors("d"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(graph.ancestors("a"), IsEmpty());
  EXPECT_THROW((void)graph.ancestors("x"), ItemNotFoundError);
}

TEST(Graph, BreaksTiesByInsertion) {
  XCSGraph graph = graph_of({"c", "b", "a", "last"});
  graph.add_edge("a", "last");
  graph.add_edge("b", "last");
  EXPECT_THAT(graph.topological_sort(), ElementsAre("c", "b", "a", "last"));
  XCSGraph backwards = graph_of({"z", "y", "x"});
  backwards.add_edge("x", "z");
  EXPECT_THAT(backwards.topological_sort(), ElementsAre("y", "x", "z"));
}

TEST(Graph, ListsOneCycleInOrder) {
  XCSGraph graph = graph_of({"start", "a", "b", "c", "end"});
  graph.add_edge("start", "a");
  graph.add_edge("a", "b");
  graph.add_edge("b", "c");
  graph.add_edge("c", "a");
  graph.add_edge("c", "end");
  const auto message = ThrowsMessage<GraphError>("Graph contains a cycle: a -> b -> c -> a");
  EXPECT_THAT([&] { (void)graph.topological_sort(); }, message);
  EXPECT_THAT([&] { (void)graph.get_waves(); }, message);
  EXPECT_THAT([&] { graph.validate(); }, message);
  EXPECT_TRUE(graph.has_cycle());
  EXPECT_THAT([&] { (void)graph.topological_sort(); }, ::testing::Throws<std::invalid_argument>());
}

TEST(Graph, HandlesVeryLongChains) {
  const auto identity = op("step", [](const Value& in) -> Value { return in; });
  const XCSGraph graph = testing::build_graph(testing::chain(100000), [&](std::size_t) { return identity; });
  EXPECT_EQ(graph.topological_sort().back(), "n99999");
  EXPECT_EQ(graph.get_waves().size(), 100000U);
  EXPECT_EQ(graph.ancestors("n99999").size(), 99999U);
}

TEST(Graph, IsNotChangedByQueries) {
  XCSGraph graph = graph_of({"a", "b"});
  graph.add_edge("a", "b");
  const std::string before = graph.to_json();
  (void)graph.topological_sort();
  (void)graph.get_waves();
  graph.validate();
  EXPECT_EQ(graph.to_json(), before);
  graph.add_node(Op1(), "c");
  EXPECT_THAT(graph.get_waves(), ElementsAre(ElementsAre("a", "c"), ElementsAre("b")));
}

TEST(Graph, FindsDeclaredConflictsBeforeARun) {
  XCSGraph graph = graph_of({"p", "q", "c"});
  graph.add_edge("p", "c", {{"x", "v"}});
  graph.add_edge("q", "c", {{"y", "v"}});
  EXPECT_THAT([&] { graph.validate(); }, ThrowsMessage<GraphError>(::testing::AllOf(
                                             HasSubstr("'v'"), HasSubstr("'p'"), HasSubstr("'q'"))));
}

TEST(Graph, FindsDeclaredConflictsWithRunInputsAndWithinAnEdge) {
  XCSGraph graph = graph_of({"p"});
  graph.add_node(Op1(), "c", {.input_mapping = {{"query", "v"}}});
  graph.add_edge("p", "c", {{"x", "v"}});
  EXPECT_THAT([&] { graph.validate(); }, ThrowsMessage<GraphError>(HasSubstr("'$input'")));
  XCSGraph within = graph_of({"p", "c"});
  within.add_edge("p", "c", {{"x", "v"}, {"y", "v"}});
  EXPECT_THROW(within.validate(), GraphError);
}

TEST(Graph, AllowsDeclaredConflictsWhenTheLastWins) {
  XCSGraph graph = graph_of({"p", "q"});
  graph.add_node(Op1(), "c", {.on_conflict = OnConflict::last});
  graph.add_edge("p", "c", {{"x", "v"}});
  graph.add_edge("q", "c", {{"y", "v"}});
  EXPECT_NO_THROW(graph.validate());
}

}  // namespace
}  // namespace ember::xcs
