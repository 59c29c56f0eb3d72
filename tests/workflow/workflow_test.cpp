// Workflows that run, against models inside the process.
#include <ember/workflow.hpp>

#include <gtest/gtest.h>

#include <future>

#include <ember/cost_analysis.hpp>
#include <ember/error.hpp>
#include <ember/json.hpp>
#include <ember/runtime.hpp>

namespace ember {
namespace {

constexpr const char* panel = R"(
models:
  loud: {id: sim:upper}
  plain: {id: sim:echo}
steps:
  panel: {operator: varied_ensemble, models: [loud, plain, plain], input: {query: row.q}}
  words: {operator: extract, pattern: '(\w+)$', input: {text: panel.responses}}
  vote: {operator: most_common, input: {responses: words.answer}}
  unused: {operator: ask, model: plain, input: {query: row.not_there}}
outputs:
  first: words.answer[0]
  vote: vote.final_answer
  question: row.q
  both: ["words.answer[0]", vote.final_answer]
  constant: {value: {k: [1, text, null]}}
)";

TEST(Workflow, gives_its_outputs_in_the_order_of_the_file) {
  const Workflow workflow = Workflow::parse(panel);
  EXPECT_EQ(
      to_json(workflow.run({{"q", "say hi"}})),
      R"({"first":"HI","vote":"hi","question":"say hi","both":["HI","hi"],"constant":{"k":[1,"text",null]}})");
  EXPECT_EQ(workflow.output_names(),
            (std::vector<std::string>{"first", "vote", "question", "both", "constant"}));
}

TEST(Workflow, needs_only_the_fields_that_its_outputs_lead_to) {
  EXPECT_EQ(Workflow::parse(panel).row_fields(), std::vector<std::string>{"q"});
}

TEST(Workflow, refuses_a_row_without_a_field) {
  const Workflow workflow = Workflow::parse(panel);
  try {
    (void)workflow.run({{"Q", "hi"}, {"id", 1}});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "the row has no field 'q'; did you mean 'Q'?");
  }
  EXPECT_THROW((void)workflow.run(list({1})), DataError);
}

TEST(Workflow, has_a_node_for_each_step_found_by_its_name) {
  const Workflow workflow = Workflow::parse(panel);
  const xcs::XCSGraph& graph = workflow.graph();
  EXPECT_EQ(graph.size(), 4U);
  EXPECT_EQ(graph.predecessor_indices(graph.index_of("vote")),
            std::vector<std::size_t>{graph.index_of("words")});
}

TEST(Workflow, may_name_steps_before_those_they_wait_for) {
  const Workflow workflow = Workflow::parse(R"(
steps:
  second: {operator: ask, model: sim:upper, input: {query: first.text}}
  first: {operator: ask, model: sim:echo, prompt: "{what} {{x}}", input: {what: row.q}}
outputs: {answer: second.text}
)");
  EXPECT_EQ(workflow.run({{"q", "hi"}})["answer"], Value("ECHO: HI {X}"));
}

TEST(Workflow, takes_settings_over_the_file) {
  const std::string text = R"(
models: {m: {id: sim:echo}}
steps: {panel: {operator: ensemble, model: m, size: 2, input: {query: row.q}}}
outputs: {answers: panel.responses}
)";
  const Workflow changed = Workflow::parse(
      text, "f.yaml", {.settings = {"steps.panel.size=4", "steps.*.size=3", "models.*.id=sim:upper"}});
  EXPECT_EQ(changed.run({{"q", "a"}})["answers"], list({"A", "A", "A"}));
}

TEST(Workflow, takes_a_literal_as_input) {
  const Workflow workflow = Workflow::parse(R"(
steps: {ask: {operator: ask, model: sim:echo, input: {query: {value: constant}}}}
outputs: {answer: ask.text}
)");
  EXPECT_EQ(workflow.run(Value::mapping({}))["answer"], Value("Echo: constant"));
}

TEST(Workflow, sets_the_price_of_a_model) {
  const auto registry = ModelRegistry::with_default_providers();
  (void)Workflow::parse(R"(
models: {m: {id: sim:echo, cost: {input_per_thousand: 2, output_per_thousand: 4}}}
steps: {ask: {operator: ask, model: m, input: {query: row.q}}}
outputs: {answer: ask.text}
)",
                        "f.yaml", {.registry = registry});
  EXPECT_EQ(registry->cost("sim:echo"), (ModelCost{2, 4}));
}

TEST(Workflow, gives_the_plan_of_what_its_outputs_need) {
  const auto registry = ModelRegistry::with_default_providers();
  const Workflow workflow = Workflow::parse(R"(
models: {m: {id: sim:echo, context_tokens: 300, max_tokens: 100}}
steps:
  ask: {operator: ask, model: m, input: {query: row.q}}
  unused: {operator: ask, model: m, input: {query: row.q}}
outputs: {answer: ask.text}
)",
                                            "f.yaml", {.registry = registry});
  EXPECT_EQ(workflow.compiled().size(), 1U);
  EXPECT_EQ(xcs::cost_analysis(workflow.compiled()).worst_case.prompt_tokens, 200);
}

// Two models of 2 s and 3 s at once, then one of 1 s: 4 s of virtual time, and that is the critical path.
TEST(Workflow, runs_independent_steps_at_once_and_measures_the_critical_path) {
  const Runtime runtime = Runtime::simulated({.seed = 1});
  runtime.run([&] {
    const Workflow workflow = Workflow::parse(R"(
steps:
  a: {operator: ask, model: "sim:echo?latency=2", input: {query: row.q}}
  b: {operator: ask, model: "sim:echo?latency=3", input: {query: row.q}}
  c: {operator: ask, model: "sim:echo?latency=1", prompt: "{x}{y}", input: {x: a.text, y: b.text}}
outputs: {answer: c.text}
)",
                                              "f.yaml");
    const TimePoint start = runtime.now();
    (void)workflow.run({{"q", "x"}}, {.collect_metrics = true});
    EXPECT_EQ(to_seconds(runtime.now() - start), 4.0);
    const xcs::ExecutionMetrics metrics = xcs::last_metrics();
    EXPECT_EQ(metrics.ideal_time_ms, 4000);
    EXPECT_EQ(metrics.critical_path, (std::vector<std::string>{"b", "c"}));
    EXPECT_EQ(metrics.usage.model_calls, 3);
  });
}

TEST(Workflow, hands_outcomes_of_asynchronous_rows_to_their_callback) {
  const Workflow workflow = Workflow::parse(R"(
steps: {a: {operator: ask, model: "sim:echo?latency=0.01", input: {query: row.q}}}
outputs: {answer: a.text}
)",
                                            "f.yaml");
  std::promise<WorkflowRun> right;
  workflow.run_async({{"q", "x"}}, {.collect_metrics = true},
                     [&](WorkflowRun run) { right.set_value(std::move(run)); });
  const WorkflowRun run = right.get_future().get();
  EXPECT_EQ(run.outputs.value()["answer"], Value("Echo: x"));
  EXPECT_GE(run.metrics->ideal_time_ms, 10);
  std::promise<WorkflowRun> wrong;
  workflow.run_async({{"p", "x"}}, {}, [&](WorkflowRun failed) { wrong.set_value(std::move(failed)); });
  EXPECT_FALSE(wrong.get_future().get().outputs);
}

TEST(Workflow, names_the_step_that_failed) {
  const Workflow workflow = Workflow::parse(R"(
models: {m: {id: "sim:echo?fail=1", retry: {max_attempts: 1}}}
steps: {a: {operator: ask, model: m, input: {query: row.q}}}
outputs: {answer: a.text}
)");
  try {
    (void)workflow.run({{"q", "x"}});
    FAIL();
  } catch (const XCSError& error) {
    EXPECT_EQ(error.path(), "a");
  }
}

}  // namespace
}  // namespace ember
