// Graphs from records: edges by identity and by what tracing saw in composites, never by equality.
#include <ember/autograph_builder.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/log.hpp>

namespace ember::xcs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Op<> echo(const std::string& name) {
  return op(name, [](const Value& in) -> Value { return in; });
}

/// `{v: sum of all integer fields and items + 1}`.
Op<> adding(const std::string& name) {
  return op(name, [](const Value& in) -> Value {
    std::int64_t sum = 1;
    const auto add = [&sum](const Value& part) {
      if (part.is_integer()) sum += part.integer();
      if (part.is_mapping()) sum += part["v"].integer();
    };
    if (in.is_list()) {
      for (const Value& item : in.items()) add(item);
    } else if (in.is_mapping()) {
      for (const auto& [key, field] : in.fields()) add(field);
    } else {
      add(in);
    }
    return {{"v", sum}};
  });
}

/// The records of one call of `program`.
std::vector<TraceRecord> trace_of(const Op<>& program, const Value& input) {
  const TracerContext tracer;
  program(input);
  return tracer.records();
}

/// Executing the graph of a program gives what the program gives, for the traced input and for another.
void expect_recomputes(const Op<>& program, const XCSGraph& graph) {
  const std::string last = graph.nodes().back().id;
  EXPECT_EQ(execute(graph)[last], program({{"x", 1}}));
  for (const char* scheduler : {"sequential", "parallel", "wave"}) {
    EXPECT_EQ(execute(graph, Value({{"x", 41}}), {.scheduler = scheduler})[last], program({{"x", 41}}));
  }
}

TEST(AutoGraphBuilder, OfNothingGivesAnEmptyGraphAndAutographRefuses) {
  EXPECT_TRUE(AutoGraphBuilder().build_graph({}).empty());
  EXPECT_THROW(autograph(std::vector<TraceRecord>()), TraceError);
}

TEST(AutoGraphBuilder, RefusesRecordsWithoutAnOperator) {
  TraceRecord record;
  record.operator_name = "row";
  EXPECT_THROW((void)AutoGraphBuilder().build_graph({record}), InvalidArgumentError);
}

TEST(AutoGraphBuilder, NeverLinksEqualValues) {
  const TracerContext tracer;
  for (const Value& same : {Value({{"text", "same"}}), Value("same"), Value(5), Value(true), Value(),
                            Value(""), list({}), Value::mapping({}), list({1, 2})}) {
    const auto make = [&] { return op("make", [same](const Value&) -> Value { return same; }); };
    make()({{"n", 1}});
  }
  // Equal to all of the above, and made anew.
  const std::vector<Value> equals = {Value({{"text", std::string("same")}}),
                                     Value(std::string("same")),
                                     Value(5),
                                     Value(true),
                                     Value(),
                                     Value(std::string()),
                                     list({}),
                                     Value::mapping({}),
                                     list({1, 2})};
  for (const Value& equal : equals) echo("use")(equal);
  const XCSGraph graph = autograph(tracer.records());
  EXPECT_TRUE(graph.edges().empty()) << graph.to_text();
  for (const Node& node : graph.nodes()) {
    ASSERT_TRUE(node.binding.has_value());
    EXPECT_EQ(node.binding->form, Binding::Form::literal) << node.id;
  }
}

TEST(AutoGraphBuilder, KeepsProgramOrderWhereItDoesNotKnow) {
  const TracerContext tracer;
  for (const char* name : {"a", "b", "c"}) echo(name)({{"n", 1}});
  const XCSGraph graph = autograph(tracer.records());
  EXPECT_THAT(graph.get_waves(), ElementsAre(ElementsAre("a_0"), ElementsAre("b_1"), ElementsAre("c_2")));
}

TEST(AutoGraphBuilder, LinksByTheObjectAlsoInsideOfOthers) {
  const TracerContext tracer;
  const Value left = op("left", [](const Value&) -> Value { return {{"text", "l"}, {"n", 1}}; })({});
  const Value right = op("right", [](const Value&) -> Value { return {{"parts", list({"p", "q"})}}; })({});
  const Value joined = {{"a", left["text"]}, {"b", right["parts"][1]}};
  echo("join")(joined);
  const XCSGraph graph = autograph(tracer.records());
  EXPECT_THAT(graph.predecessors("join_2"), ElementsAre("left_0", "right_1"));
  EXPECT_EQ(execute(graph)["join_2"], Value({{"a", "l"}, {"b", "q"}}));
}

TEST(AutoGraphBuilder, AnInputThatIsOnlyPartlyKnownKeepsItsPlace) {
  const TracerContext tracer;
  const Value text = op("text", [](const Value&) -> Value { return {{"text", "t"}}; })({});
  echo("between")({{"n", 1}});
  echo("use")({{"text", text["text"]}, {"n", 7}});
  const XCSGraph graph = autograph(tracer.records());
  EXPECT_EQ(execute(graph)["use_2"], Value({{"text", "t"}, {"n", 7}}));
  EXPECT_THAT(graph.predecessors("use_2"), ElementsAre("text_0", "between_1"));
}

TEST(AutoGraphBuilder, DependsOnEarlierCallsOnly) {
  const Value shared = "shared";
  const TracerContext tracer;
  echo("first")({{"text", shared}});
  op("later", [shared](const Value&) -> Value { return shared; })({{"n", 1}});
  const XCSGraph graph = autograph(tracer.records());
  EXPECT_TRUE(graph.predecessors("first_0").empty());
}

TEST(AutoGraphBuilder, SeesThroughACompositeAlsoForNumbers) {
  const Op<> a = adding("a");
  const Op<> b = adding("b");
  const Op<> c = adding("c");
  const Op<> program = op("program", [a, b, c](Var<> in) -> Var<> {
    const Var<> first = a(in);
    const Var<> second = b(object({{"n", first["v"]}, {"k", 3}}));
    return c(merge(first, {{"extra", second["v"]}}));
  });
  const auto records = trace_of(program, {{"x", 1}});
  ASSERT_EQ(records.size(), 4U);
  const XCSGraph graph = autograph(records);
  EXPECT_THAT(graph.topological_sort(), ElementsAre("a_0", "b_1", "c_2"));
  EXPECT_THAT(graph.predecessors("b_1"), ElementsAre("a_0"));
  EXPECT_THAT(graph.predecessors("c_2"), ElementsAre("a_0", "b_1"));
  expect_recomputes(program, graph);
}

TEST(AutoGraphBuilder, SeesIndependentBranchesOfAComposite) {
  const Op<> a = adding("a");
  const Op<> b = adding("b");
  const Op<> judge = adding("judge");
  const Op<> program = op("program", [a, b, judge](Var<> in) -> Var<> {
    return judge(list_of({a(in), b(in), a(in)}));
  });
  const XCSGraph graph = autograph(trace_of(program, {{"x", 1}}));
  EXPECT_THAT(graph.get_waves(), ElementsAre(ElementsAre("a_0", "b_1", "a_2"), ElementsAre("judge_3")));
  expect_recomputes(program, graph);
}

TEST(AutoGraphBuilder, AfterALookAtDataKeepsProgramOrder) {
  const Op<> a = adding("a");
  const Op<> b = adding("b");
  const Op<> c = adding("c");
  const Op<> program = op("program", [a, b, c](Var<> in) -> Var<> {
    const Var<> first = a(in);
    // What c gets may have been made from what a said.
    const std::int64_t seen = first.get()["v"].integer();
    const Var<> second = b(in);
    return c(object({{"n", Value(seen + 1)}, {"v", second["v"]}}));
  });
  const XCSGraph graph = autograph(trace_of(program, {{"x", 1}}));
  EXPECT_THAT(graph.predecessors("c_2"), ElementsAre("a_0", "b_1")) << graph.to_text();
  EXPECT_EQ(execute(graph)["c_2"], program({{"x", 1}}));
}

TEST(AutoGraphBuilder, CallsOutsideAreNodesAndWhatTheyCallIsTheirs) {
  const Op<> inner = adding("inner");
  const Op<> composite = op("composite", [inner](Var<> in) -> Var<> { return inner(inner(in)); });
  const Op<> leaf = op("leaf", [inner](const Value& in) -> Value { return inner(in); });
  const TracerContext tracer;
  leaf(composite({{"x", 1}}));
  const auto records = tracer.records();
  EXPECT_EQ(records.size(), 5U);
  const XCSGraph graph = autograph(records);
  EXPECT_THAT(graph.topological_sort(), ElementsAre("composite_0", "leaf_1"));
  EXPECT_THAT(graph.predecessors("leaf_1"), ElementsAre("composite_0"));
  EXPECT_EQ(execute(graph, Value({{"x", 5}}))["leaf_1"], leaf(composite({{"x", 5}})));
}

TEST(AutoGraphBuilder, ALeafIsNeverOpened) {
  const Op<> inner = adding("inner");
  const Op<> leaf = op("leaf", [inner](const Value& in) -> Value { return inner(in); });
  const XCSGraph graph = autograph(trace_of(leaf, {{"x", 1}}));
  EXPECT_THAT(graph.topological_sort(), ElementsAre("leaf_0"));
}

/// A call that provenance says came from a call whose record is not given keeps its recorded input.
TEST(AutoGraphBuilder, MissingRecordsLeaveTheRecordedInputs) {
  const Op<> a = adding("a");
  const Op<> b = adding("b");
  const Op<> program = op("program", [a, b](Var<> in) -> Var<> {
    return b(object({{"n", a(in)["v"]}, {"k", 5}}));
  });
  auto records = trace_of(program, {{"x", 1}});
  ASSERT_EQ(records.size(), 3U);
  const XCSGraph without_first = autograph({records[1]});
  EXPECT_EQ(execute(without_first)["b_0"], Value({{"v", 8}}));
  const XCSGraph without_program = autograph({records[0], records[1]});
  EXPECT_EQ(execute(without_program)["a_0"], Value({{"v", 2}}));
  EXPECT_EQ(execute(without_program)["b_1"], Value({{"v", 8}}));
}

TEST(AutoGraphBuilder, ACallThatRanOnAnotherThreadIsNotTakenForItsNeighbour) {
  const Op<> a = adding("a");
  const Op<> b = adding("b");
  const Op<> c = adding("c");
  const Op<> program = op("program", [a, b, c](Var<> in) -> Var<> {
    const Var<> first = a(in);
    Var<> second = [&] {
      const auto scope = execution_options({.timeout_seconds = 60.0});  // Runs b on another thread.
      return b(object({{"n", first["v"]}}));
    }();
    return c(second);
  });
  const auto records = trace_of(program, {{"x", 1}});
  ASSERT_EQ(records.size(), 4U);
  const XCSGraph graph = autograph(records);
  EXPECT_EQ(execute(graph)["c_2"], program({{"x", 1}}));
  // c was given what b made; a must not stand in for it.
  EXPECT_THAT(graph.ancestors("c_2"), ::testing::Contains("b_1"));
  EXPECT_EQ(records[1].operator_name, "b");
}

TEST(AutoGraphBuilder, FailedCallsBecomeNodesLikeOthers) {
  bool fails = true;
  const Op<> moody = op("moody", [&fails](const Value& in) -> Value {
    if (fails) throw std::runtime_error("no");
    return in;
  });
  const TracerContext tracer;
  EXPECT_THROW(moody({{"x", 1}}), OperatorExecutionError);
  fails = false;
  EXPECT_EQ(execute(autograph(tracer.records()))["moody_0"], Value({{"x", 1}}));
}

TEST(AutoGraphBuilder, TakesTheRecordsOfTheOptionToo) {
  const Op<> a = adding("a");
  const Op<> program = op("program", [a](Var<> in) -> Var<> { return a(a(in)); });
  const auto scope = execution_options({.trace_execution = true});
  program({{"x", 1}});
  const XCSGraph graph = autograph(last_trace().records);
  ASSERT_EQ(graph.size(), 2U);
  EXPECT_EQ(execute(graph)["a_1"], program({{"x", 1}}));
}

TEST(AutoGraphBuilder, WorksOnRecordsMadeByHandInAnyOrder) {
  const Value first_output = {{"a", 1}};
  TraceRecord second;
  second.operator_name = "Op2";
  second.call_id = 7;
  second.op = echo("Op2").reference().target;
  second.inputs = first_output;
  TraceRecord first;
  first.operator_name = "Op1";
  first.call_id = 3;
  first.op = adding("Op1").reference().target;
  first.inputs = {{"n", 4}};
  first.outputs = first_output;
  const XCSGraph graph = AutoGraphBuilder().build_graph({second, first});
  EXPECT_THAT(graph.topological_sort(), ElementsAre("Op1_0", "Op2_1"));
  EXPECT_THAT(graph.predecessors("Op2_1"), ElementsAre("Op1_0"));
  EXPECT_EQ(execute(graph)["Op2_1"], Value({{"v", 5}}));
}

TEST(AutoGraphBuilder, WarnsOfNumbersThatMayComeFromEarlierCalls) {
  const Op<> inc = op("Inc", [](const Value& in) -> Value { return {{"a", in["a"].integer() + 1}}; });
  const auto warnings_for = [&](const Value& second) {
    std::vector<std::string> warnings;
    const TracerContext tracer;
    inc({{"a", 5}});
    inc(second);
    set_log_hook([&](LogLevel, std::string_view text) { warnings.emplace_back(text); });
    (void)autograph(tracer.records());
    set_log_hook({});
    return warnings;
  };
  EXPECT_THAT(warnings_for({{"a", 6}}), ElementsAre(::testing::HasSubstr("'Inc_1'")));
  EXPECT_THAT(warnings_for({{"a", 7}}), IsEmpty());
}

}  // namespace
}  // namespace ember::xcs
