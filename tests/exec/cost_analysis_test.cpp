// What is said of a plan: its shape, its times as far as they were measured, its bounds, and how it runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <ember/cost_analysis.hpp>
#include <ember/error.hpp>
#include <ember/runtime.hpp>

#include "graph/plan.hpp"

namespace ember::xcs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class Priced final : public Operator<>, public BoundedOperator {
 public:
  Value forward(const Value& in) const override { return in; }
  CallBound call_bound() const override {
    return {.model_calls = 2, .prompt_tokens = 100, .completion_tokens = 10, .cost_usd = 0.5};
  }
};

class Unpriced final : public Operator<>, public BoundedOperator {
 public:
  Value forward(const Value& in) const override { return in; }
  CallBound call_bound() const override {
    return {.model_calls = 1, .unknown = {"model 'lab:x' has no price", "model 'lab:x' has no price"}};
  }
};

class Pure final : public Operator<> {
 public:
  bool is_pure() const override { return true; }
  Value forward(const Value& in) const override { return in; }
};

/// first -> second -> join, aside -> join
XCSGraph sample() {
  XCSGraph graph;
  const Op<> priced = Priced();
  graph.add_node(priced, "first");
  graph.add_node(priced, "second");
  graph.add_node(Unpriced(), "aside");
  graph.add_node(Pure(), "join");
  graph.add_order("first", "second");
  graph.add_order("second", "join");
  graph.add_order("aside", "join");
  return graph;
}

TEST(CostAnalysis, TellsTheShapeOfAPlanThatWasNeverRun) {
  const CostAnalysis analysis = cost_analysis(sample());
  EXPECT_EQ(analysis.calls, 4U);
  EXPECT_THAT(analysis.calls_by_operator,
              ElementsAre(Pair("Priced", 2U), Pair("Unpriced", 1U), Pair("Pure", 1U)));
  EXPECT_EQ(analysis.depth, 3U);
  EXPECT_EQ(analysis.width, 2U);
  EXPECT_EQ(analysis.measured_calls, 0U);
  EXPECT_EQ(analysis.ideal_time_ms, 0);
  EXPECT_THAT(analysis.critical_path, ElementsAre("first", "second", "join"));
  EXPECT_EQ(analysis.to_text(),
            "cost: 4 calls (Priced 2, Unpriced 1, Pure 1), depth 3, width 2\n"
            "time: nothing was measured; the longest path has 3 calls: first -> second -> join\n"
            "worst case: 5 model calls, 200 prompt tokens, 20 completion tokens, $1.000000, and what is not "
            "known:\n"
            "  aside: model 'lab:x' has no price\n");
}

TEST(CostAnalysis, FollowsMeasuredTimes) {
  const CompiledGraph compiled(sample());
  const Plan& plan = *compiled.plan();
  for (std::size_t node = 0; node < plan.size(); ++node) {
    plan.note_cost(node, plan.id(node) == "aside" ? 8'589'934'592 : 500'000);
  }
  const CostAnalysis analysis = cost_analysis(compiled);
  EXPECT_EQ(analysis.measured_calls, 4U);
  EXPECT_DOUBLE_EQ(analysis.total_work_ms, 8591.434592);
  EXPECT_DOUBLE_EQ(analysis.ideal_time_ms, 8590.434592);
  EXPECT_THAT(analysis.critical_path, ElementsAre("aside", "join"));
  EXPECT_THAT(analysis.to_text(),
              HasSubstr("time: 8591.435 ms of work, at best 8590.435 ms: aside -> join\n"));
}

TEST(CostAnalysis, SaysWhatWasNotMeasured) {
  const CompiledGraph compiled(sample());
  compiled.plan()->note_cost(0, 1'000'000);
  EXPECT_THAT(cost_analysis(compiled).to_text(), HasSubstr("  3 of 4 calls not measured\n"));
}

TEST(CostAnalysis, NamesOperatorsThatSayNothing) {
  class Inside final : public Composite<> {
   public:
    Var<> forward(Var<> in) const override { return in; }
  };
  XCSGraph graph;
  graph.add_node(op("rank", [](const Value& in) -> Value { return in; }), "a");
  graph.add_node(Inside(), "b");
  const CallBound bound = cost_analysis(graph).worst_case;
  EXPECT_THAT(bound.unknown, ElementsAre("a: the operator 'rank' says nothing of what a call takes",
                                         "b: a composite: the calls inside are not known before it runs"));
  EXPECT_EQ(bound.model_calls, 0);
}

TEST(CostAnalysis, CountsOnlyWhatTheOutputsNeed) {
  const CostAnalysis analysis = cost_analysis(CompiledGraph(sample(), "second"));
  EXPECT_EQ(analysis.calls, 2U);
  EXPECT_EQ(analysis.worst_case.model_calls, 4);
  EXPECT_TRUE(analysis.worst_case.unknown.empty());
}

TEST(CostAnalysis, IsAValue) {
  const Value value = cost_analysis(sample()).to_value();
  EXPECT_EQ(value["calls_by_operator"]["Priced"], Value(2));
  EXPECT_EQ(value["worst_case"]["prompt_tokens"], Value(200));
  EXPECT_EQ(value["worst_case"]["unknown"].size(), 1U);
}

TEST(CostAnalysis, OfNothing) {
  EXPECT_EQ(cost_analysis(XCSGraph()).to_text(),
            "cost: 0 calls, depth 0, width 0\ntime: nothing runs\nworst case: 0 model calls\n");
}

TEST(CostAnalysis, RefusesCycles) {
  XCSGraph graph;
  graph.add_node(Pure(), "a");
  graph.add_node(Pure(), "b");
  graph.add_edge("a", "b");
  graph.add_edge("b", "a");
  EXPECT_THROW(cost_analysis(graph), GraphError);
  EXPECT_THROW(explain_plan(graph), GraphError);
}

TEST(ExplainPlan, TellsLevelsPassesAndTheScheduler) {
  EXPECT_EQ(explain_plan(sample()),
            "plan: 4 calls, 3 levels, up to 2 at once\n"
            "  level 1: first, aside\n"
            "  level 2: second\n"
            "  level 3: join\n"
            "passes\n"
            "  priorities: program order is the order of urgency\n"
            "  chain_fusion: back to back while they are short: first > second\n"
            "  batch_groups: no calls that can go out together\n"
            "scheduler: auto takes parallel, because nothing was measured yet\n");
}

TEST(ExplainPlan, TellsPassesThatAreOff) {
  const CompiledGraph compiled(sample(), OutputNodes::all(),
                               {.priorities = false, .chain_fusion = false, .batch_groups = false});
  const std::string text = explain_plan(compiled);
  EXPECT_THAT(text, HasSubstr("  priorities: off: calls start in program order\n"));
  EXPECT_THAT(text, HasSubstr("  chain_fusion: off: every call goes through the list of ready calls\n"));
  EXPECT_THAT(text, HasSubstr("  batch_groups: off: every call goes out by itself\n"));
}

TEST(ExplainPlan, TellsWhatWasLearned) {
  const CompiledGraph compiled(sample());
  const Plan& plan = *compiled.plan();
  for (int sample = 0; sample < 20; ++sample) {
    for (std::size_t node = 0; node < plan.size(); ++node)
      plan.note_cost(node, plan.id(node) == "aside" ? 900 : 100);
  }
  for (int run = 0; run < 5; ++run) (void)plan.begin_run(2);
  const std::string text = explain_plan(compiled);
  EXPECT_THAT(text, HasSubstr("the most urgent first: aside, first, second, join\n"));
  EXPECT_THAT(text,
              HasSubstr("auto takes sequential, because all calls together take 0.001 ms, and sharing them "
                        "costs more than it saves\n"));
}

}  // namespace
}  // namespace ember::xcs
