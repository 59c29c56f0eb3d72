// Cases of the graph and autograph areas that need a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/execute.hpp>

#include "support/graphs.hpp"

namespace ember::xcs {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Appends its number to the query and counts its calls.
Op<> appending(const std::string& number, int& calls) {
  return op("Op" + number, [number, &calls](const Value& in) -> Value {
    ++calls;
    return {{"query", in["query"].string() + number}};
  });
}

/// Twice and three times the input, plus 5 and minus 2, added up.
XCSGraph split_graph() {
  XCSGraph graph;
  graph.add_node(op("Split",
                    [](const Value& in) -> Value {
                      const auto input = in["input"].integer();
                      return {{"value1", 2 * input}, {"value2", 3 * input}};
                    }),
                 "split");
  graph.add_node(op("Plus",
                    [](const Value& in) -> Value {
                      return {{"a", in["value1"].integer() + 5}};
                    }),
                 "plus");
  graph.add_node(op("Minus",
                    [](const Value& in) -> Value {
                      return {{"b", in["value2"].integer() - 2}};
                    }),
                 "minus");
  graph.add_node(op("Merge",
                    [](const Value& in) -> Value {
                      return {{"final", in["a"].integer() + in["b"].integer()}};
                    }),
                 "merge");
  graph.add_edge("split", "plus", {{"value1", "value1"}});
  graph.add_edge("split", "minus", {{"value2", "value2"}});
  graph.add_edge("plus", "merge");
  graph.add_edge("minus", "merge");
  return graph;
}

TEST(Conformance, graph_011) {
  XCSGraph graph;
  graph.add_node(op("Producer",
                    [](const Value&) -> Value {
                      return {{"value1", 10}, {"value2", 20}, {"metadata", "test"}};
                    }),
                 "producer");
  graph.add_node(op("Echo", [](const Value& in) -> Value { return in; }), "received");
  graph.add_node(op("Double",
                    [](const Value& in) -> Value {
                      return {{"result", 2 * in["value1"].integer()}};
                    }),
                 "consumer1");
  graph.add_edge("producer", "received", {{"value1", "value1"}});
  graph.add_edge("producer", "consumer1", {{"value1", "value1"}});
  const Results results = execute(graph);
  EXPECT_EQ(results["received"], Value({{"value1", 10}}));
  EXPECT_EQ(results["consumer1"], Value({{"result", 20}}));
}

TEST(Conformance, graph_013) {
  const XCSGraph graph = split_graph();
  EXPECT_EQ(execute(graph, Value({{"input", 10}}))["merge"], Value({{"final", (20 + 5) + (30 - 2)}}));
  EXPECT_EQ(execute(graph, Value({{"input", 1}}))["merge"], Value({{"final", 8}}));
}

TEST(Conformance, graph_016) {
  XCSGraph graph;
  const auto giving = [](int number) {
    return op("Give", [number](const Value&) -> Value { return {{"v", number}}; });
  };
  graph.add_node(giving(1), "first");
  graph.add_node(giving(2), "second");
  graph.add_node(op("Echo", [](const Value& in) -> Value { return in; }), "consumer");
  graph.add_edge("first", "consumer");
  graph.add_edge("second", "consumer");
  EXPECT_THAT([&] { execute(graph); }, ThrowsMessage<DataFlowError>(AllOf(
                                           HasSubstr("'v'"), HasSubstr("'first'"), HasSubstr("'second'"))));
}

TEST(Conformance, graph_017) {
  XCSGraph graph;
  const auto echo = op("Echo", [](const Value& in) -> Value { return in; });
  graph.add_node(echo, "producer");
  graph.add_node(echo, "consumer");
  graph.add_edge("producer", "consumer", {{"missing", "x"}});
  EXPECT_THAT(
      [&] {
        execute(graph, Value({{"there", 1}}));
      },
      ThrowsMessage<DataFlowError>(AllOf(HasSubstr("'producer' -> 'consumer'"), HasSubstr("'missing'"))));
}

TEST(Conformance, graph_021) {
  const auto step = op("AddOne", [](const Value& in) -> Value {
    return {{"value", in["value"].integer() + 1}};
  });
  XCSGraph graph;
  for (std::size_t i = 0; i < 1000; ++i) {
    graph.add_node(step, testing::node_name(i));
    if (i > 0) graph.add_edge(testing::node_name(i - 1), testing::node_name(i));
  }
  for (const char* scheduler : {"sequential", "parallel"}) {
    const Results results = execute(graph, Value({{"value", 0}}), {.scheduler = scheduler});
    EXPECT_EQ(results["n999"], Value({{"value", 1000}})) << scheduler;
  }
}

TEST(Conformance, graph_022) {
  XCSGraph graph = split_graph();
  const Value inputs = {{"input", 1}};
  EXPECT_EQ(execute(graph, inputs, {.scheduler = "wave"}).size(), 4U);
  graph.add_node(op("Echo", [](const Value& in) -> Value { return in; }), "added");
  graph.add_edge("merge", "added");
  const Results results = execute(graph, inputs, {.scheduler = "wave"});
  EXPECT_EQ(results.size(), 5U);
  EXPECT_EQ(results["added"], Value({{"final", 8}}));
}

TEST(Conformance, autograph_003) {
  int calls[3] = {};
  Autograph graph;
  const auto x = graph.call("x", appending("1", calls[0]), {{"query", "Example"}});
  const auto y = graph.call("y", appending("2", calls[1]), x);
  graph.call("z", appending("3", calls[2]), y);
  const Results results = execute(graph, {.output_nodes = {{"y"}}});
  EXPECT_EQ(results.size(), 1U);
  EXPECT_EQ(results["y"], Value({{"query", "Example12"}}));
  EXPECT_EQ(calls[1], 1);
  EXPECT_EQ(calls[2], 0);
}

TEST(Conformance, autograph_010) {
  const auto op1 = op("Op1", [](const Value&) -> Value { return {{"out", "made"}, {"more", 1}}; });
  const auto op2 = op("Op2", [](const Value& in) -> Value { return in; });
  Autograph graph;
  const auto h = graph.call("h", op1, Value::mapping({}));
  graph.call("y", op2, {{"text", h["out"]}, {"k", 5}});
  EXPECT_EQ(graph.graph().edges()[0].field_mappings, (FieldMappings{{"out", "text"}}));
  EXPECT_EQ(execute(graph)["y"], Value({{"text", "made"}, {"k", 5}}));
}

TEST(Conformance, autograph_012) {
  int calls = 0;
  Autograph graph;
  const auto record = [&] {
    graph.record([&] {
      appending("1", calls)(Var<Value>(Value({{"query", "Example"}})));
      throw std::runtime_error("user code failed");
    });
  };
  EXPECT_THAT(record, ThrowsMessage<std::runtime_error>("user code failed"));
  EXPECT_TRUE(graph.graph().is_incomplete());
  EXPECT_THROW(execute(graph), TraceError);
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace ember::xcs
