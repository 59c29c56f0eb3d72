#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/autograph.hpp>
#include <ember/error.hpp>
#include <ember/graph.hpp>

namespace ember::xcs {
namespace {

using ::testing::ElementsAre;

const Op<> echo = op("Echo", [](const Value& in) -> Value { return in; });

std::vector<std::string> ids(const XCSGraph& graph) {
  std::vector<std::string> result;
  for (const Node& node : graph.nodes()) result.push_back(node.id);
  return result;
}

TEST(MergeGraphs, MakesIdsUnique) {
  XCSGraph base;
  base.add_node(echo, "s_a");
  base.add_node(echo, "s_a_1");
  XCSGraph added;
  added.add_node(echo, "a");
  EXPECT_THAT(ids(merge_graphs(base, added, "s")), ElementsAre("s_a", "s_a_1", "s_a_2"));
  EXPECT_THROW(merge_graphs(base, added, ""), InvalidArgumentError);
}

TEST(MergeGraphs, KeepsEdgesMappingsAndOptions) {
  XCSGraph base;
  base.add_node(echo, "x");
  XCSGraph added;
  added.add_node(echo, "a", {.metadata = {{"owner", "me"}}});
  added.add_node(echo, "b");
  added.add_edge("a", "b", {{"out", "in"}});
  added.add_edge("$input", "b", {{"query", "q"}});
  const XCSGraph merged = merge_graphs(base, added, "s");
  EXPECT_THAT(merged.predecessors("s_b"), ElementsAre("s_a"));
  EXPECT_EQ(merged.node("s_a").options.metadata["owner"].string(), "me");
  ASSERT_EQ(merged.edges().size(), 2U);
  EXPECT_THAT(merged.edges()[0].field_mappings, ElementsAre(std::pair("out", "in")));
  EXPECT_EQ(merged.edges()[1].from, "$input");
}

TEST(MergeGraphs, RenumbersBindingsAndNamespacesAliases) {
  XCSGraph base;
  base.add_node(echo, "x");
  base.add_node(echo, "s_y");
  Autograph recorded;
  const auto x = recorded.call("x", echo, {{"query", "tea"}});
  recorded.call("y", echo, {{"text", x["query"]}});
  const XCSGraph merged = merge_graphs(base, recorded, "s");
  EXPECT_EQ(merged.index_of("s_x"), 2U);
  EXPECT_EQ(merged.index_of("s_y"), 1U);
  EXPECT_THAT(merged.predecessors("s_Echo_1"), ElementsAre("s_Echo_0"));
  EXPECT_EQ(merged.node("s_Echo_1").binding->parts[0].second.node, 2U);
  EXPECT_EQ(recorded.graph().node("y").binding->parts[0].second.node, 0U);
}

}  // namespace
}  // namespace ember::xcs
