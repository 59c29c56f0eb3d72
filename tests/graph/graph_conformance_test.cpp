#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/autograph.hpp>
#include <ember/dependency_analyzer.hpp>
#include <ember/error.hpp>
#include <ember/graph.hpp>

namespace ember::xcs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

const Op<> echo = op("Echo", [](const Value& in) -> Value { return in; });

XCSGraph graph_of(const std::vector<std::string>& ids,
                  const std::vector<std::pair<std::string, std::string>>& edges) {
  XCSGraph graph;
  for (const std::string& id : ids) graph.add_node(echo, id);
  for (const auto& [from, to] : edges) graph.add_edge(from, to);
  return graph;
}

class Op1 final : public Operator<> {
 public:
  explicit Op1(int& calls) : calls_(&calls) {}
  Value forward(const Value& inputs) const override {
    ++*calls_;
    return inputs;
  }

 private:
  int* calls_;
};

TEST(Conformance, graph_004) {
  EXPECT_THAT(graph_of({"A", "B", "C"}, {{"A", "B"}, {"B", "C"}}).topological_sort(),
              ElementsAre("A", "B", "C"));
}

TEST(Conformance, graph_005) {
  const XCSGraph graph = graph_of({"A", "B", "C", "D"}, {{"A", "B"}, {"A", "C"}, {"B", "D"}, {"C", "D"}});
  EXPECT_THAT(graph.topological_sort(), ElementsAre("A", "B", "C", "D"));
  EXPECT_THAT(graph.get_waves(), ElementsAre(ElementsAre("A"), ElementsAre("B", "C"), ElementsAre("D")));
}

TEST(Conformance, graph_006) {
  const XCSGraph graph = graph_of({"1", "2"}, {{"1", "2"}, {"2", "1"}});
  EXPECT_THAT([&] { (void)graph.topological_sort(); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("Graph contains a cycle")));
}

TEST(Conformance, graph_008) {
  XCSGraph graph = graph_of({"a"}, {});
  EXPECT_THAT([&] { graph.add_edge("a", "a"); },
              ThrowsMessage<GraphError>(HasSubstr("Graph contains a cycle")));
  EXPECT_THAT(graph.edges(), IsEmpty());
}

TEST(Conformance, graph_014) {
  const XCSGraph base = graph_of({"base1"}, {});
  const XCSGraph additional = graph_of({"add1"}, {});
  const XCSGraph merged = merge_graphs(base, additional, "Test");
  EXPECT_EQ(merged.size(), 2U);
  EXPECT_TRUE(merged.has_node("base1"));
  EXPECT_TRUE(merged.has_node("Test_add1"));
  EXPECT_EQ(base.size(), 1U);
  EXPECT_TRUE(additional.has_node("add1"));
}

TEST(Conformance, graph_018) {
  const Value metadata = {{"owner", "me"}};
  NodeOptions options{.input_mapping = {{"query", "q"}}, .metadata = metadata};
  XCSGraph graph;
  graph.add_node(echo, "a", options);
  EXPECT_EQ(metadata, Value({{"owner", "me"}}));
  EXPECT_EQ(options.input_mapping, (FieldMappings{{"query", "q"}}));
  EXPECT_EQ(options.name, "");
}

TEST(Conformance, graph_019) {
  const XCSGraph graph =
      graph_of({"A1", "A2", "B1", "B2", "C1"}, {{"A1", "B1"}, {"A2", "B2"}, {"B1", "C1"}, {"B2", "C1"}});
  EXPECT_THAT(graph.get_waves(),
              ElementsAre(ElementsAre("A1", "A2"), ElementsAre("B1", "B2"), ElementsAre("C1")));
}

TEST(Conformance, graph_020) {
  const DependencyMap closure =
      DependencyAnalyzer(DependencyMap{{"A", {}}, {"B", {"A"}}, {"C", {"B"}}, {"D", {"A", "C"}}})
          .transitive_closure();
  EXPECT_EQ(closure, (DependencyMap{{"A", {}}, {"B", {"A"}}, {"C", {"A", "B"}}, {"D", {"A", "B", "C"}}}));
}

TEST(Conformance, autograph_001) {
  int calls = 0;
  const Op op1 = Op1(calls);
  Autograph graph;
  graph.record([&] {
    const auto x = op1(Var<Value>(Value({{"query", "Example"}})));
    const auto y = op1(x);
    op1(y);
  });
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(graph.graph().size(), 3U);
  EXPECT_THAT(graph.graph().predecessors("Op1_1"), ElementsAre("Op1_0"));
  EXPECT_THAT(graph.graph().predecessors("Op1_2"), ElementsAre("Op1_1"));
}

TEST(Conformance, autograph_007) {
  int calls = 0;
  const Op op1 = Op1(calls);
  Autograph graph;
  for (int i = 0; i < 3; ++i) graph.call(op1, {{"query", "Example"}});
  EXPECT_THAT(graph.graph().topological_sort(), ElementsAre("Op1_0", "Op1_1", "Op1_2"));
}

TEST(Conformance, autograph_014) {
  Autograph outer;
  Autograph inner;
  const auto op1 = op("Op1", [](const Value& in) -> Value { return in; });
  const auto op2 = op("Op2", [](const Value& in) -> Value { return in; });
  const auto op3 = op("Op3", [](const Value& in) -> Value { return in; });
  const Var<Value> literal(Value({{"a", 1}}));
  outer.record([&] {
    op1(literal);
    inner.record([&] { op2(literal); });
    op3(literal);
  });
  EXPECT_THAT(outer.graph().topological_sort(), ElementsAre("Op1_0", "Op3_1"));
  EXPECT_THAT(inner.graph().topological_sort(), ElementsAre("Op2_0"));
}

}  // namespace
}  // namespace ember::xcs
