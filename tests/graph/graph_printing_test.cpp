#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/autograph.hpp>
#include <ember/graph.hpp>
#include <ember/json.hpp>

namespace ember::xcs {
namespace {

using ::testing::HasSubstr;

const Op<> echo = op("Echo", [](const Value& in) -> Value { return in; });

TEST(GraphPrinting, ShowsWhereRecordedInputsComeFrom) {
  Autograph graph;
  const auto x = graph.call("x", echo, {{"query", "tea"}});
  graph.call(echo, {{"text", x["out"]}, {"k", 5}});
  graph.call("z", echo, x["list"][std::size_t{2}]);
  EXPECT_EQ(graph.graph().to_text(),
            "x [Echo_0] = Echo({\"query\":\"tea\"})\n"
            "Echo_1 = Echo({text: x.out, k: 5})\n"
            "z [Echo_2] = Echo(x.list[2])\n");
}

TEST(GraphPrinting, ShowsWhereInputsOfEdgesComeFrom) {
  XCSGraph graph;
  graph.add_node(echo, "c", {.input_mapping = {{"query", "question"}}});
  graph.add_node(echo, "a");
  graph.add_node(echo, "b", {.inputs = {{"k", 1}}});
  graph.add_edge("a", "c", {{"out", "in"}, {"*", "all"}});
  graph.add_edge("b", "c");
  EXPECT_EQ(graph.to_text(),
            "a = Echo($input)\n"
            "b = Echo(merge({\"k\":1}, $input))\n"
            "c = Echo(merge({question: $input.query}, {in: a.out, all: a}, b))\n");
}

TEST(GraphPrinting, ShortensLongLiteralsAtWholeCharacters) {
  Autograph graph;
  std::string text;
  for (int i = 0; i < 100; ++i) text += "ü";
  graph.call("x", echo, text);
  const std::string line = graph.graph().to_text();
  EXPECT_LT(line.size(), 100U);
  EXPECT_TRUE(is_utf8(line));
  EXPECT_THAT(line, HasSubstr("..."));
}

TEST(GraphPrinting, EscapesDot) {
  XCSGraph graph;
  graph.add_node(echo, "say \"hi\"\\\n");
  graph.add_node(echo, "b");
  graph.add_edge("say \"hi\"\\\n", "b", {{"out", "in"}});
  EXPECT_EQ(graph.to_dot(),
            "digraph ember {\n"
            "  rankdir=LR;\n"
            "  node [shape=box];\n"
            "  \"say \\\"hi\\\"\\\\\\n\" [label=\"say \\\"hi\\\"\\\\\\n\\nEcho\"];\n"
            "  \"b\" [label=\"b\\nEcho\"];\n"
            "  \"say \\\"hi\\\"\\\\\\n\" -> \"b\" [label=\"out -> in\"];\n"
            "}\n");
}

TEST(GraphPrinting, DrawsTheRunInputsWhenAnEdgeNamesThem) {
  XCSGraph graph;
  graph.add_node(echo, "a");
  graph.add_edge("$input", "a", {{"query", "q"}});
  EXPECT_THAT(graph.to_dot(), HasSubstr("\"$input\" [shape=ellipse];"));
  EXPECT_THAT(graph.to_dot(), HasSubstr("\"$input\" -> \"a\" [label=\"query -> q\"];"));
}

TEST(GraphPrinting, WritesJson) {
  Autograph graph;
  const auto x = graph.call("x", echo, {{"query", "tea"}});
  graph.call("y", echo, {{"text", x["out"]}});
  const Value json = parse_json(graph.graph().to_json());
  EXPECT_EQ(json["nodes"][0]["id"].string(), "Echo_0");
  EXPECT_EQ(json["nodes"][0]["aliases"], list({"x"}));
  EXPECT_EQ(json["nodes"][1]["operator"].string(), "Echo");
  EXPECT_EQ(json["nodes"][1]["input"].string(), "{text: x.out}");
  EXPECT_EQ(json["edges"],
            list({Value(
                {{"from", "Echo_0"}, {"to", "Echo_1"}, {"field_mappings", list({list({"out", "text"})})}})}));
  EXPECT_EQ(json["waves"], list({list({"Echo_0"}), list({"Echo_1"})}));
}

TEST(GraphPrinting, PrintsGraphsWithACycle) {
  XCSGraph graph;
  graph.add_node(echo, "a");
  graph.add_node(echo, "b");
  graph.add_edge("a", "b");
  graph.add_edge("b", "a");
  EXPECT_EQ(graph.to_text(), "a = Echo(b)\nb = Echo(a)\n");
  EXPECT_THAT(graph.to_dot(), HasSubstr("\"b\" -> \"a\""));
  EXPECT_EQ(graph.to_value()["waves"].size(), 0U);
}

}  // namespace
}  // namespace ember::xcs
