// Steps with `map`: the operator of the step for each item of lists in its input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include <ember/cost_analysis.hpp>
#include <ember/error.hpp>
#include <ember/execute.hpp>
#include <ember/json.hpp>
#include <ember/result_cache.hpp>
#include <ember/runtime.hpp>
#include <ember/transform_error.hpp>
#include <ember/workflow.hpp>

namespace ember {
namespace {

using ::testing::HasSubstr;

/// A workflow with the step `s`, whose output `field` is given.
Workflow with_step(const std::string& step, const std::string& field = "text") {
  return Workflow::parse(
      "models: {loud: sim:upper}\nsteps:\n  s: " + step + "\noutputs: {out: s." + field + "}\n", "f.yaml");
}

const std::string shout =
    "{operator: ask, model: loud, prompt: '{style} {document}', map: document, input: {document: "
    "row.documents, "
    "style: row.style}}";

std::string message_of_run(const Workflow& workflow, const Value& row) {
  try {
    (void)workflow.run(row);
  } catch (const XCSError& error) {
    EXPECT_EQ(error.path().substr(0, 1), "s");
    return message_of(root_cause(error.cause()));
  }
  return "no error";
}

TEST(MapStep, calls_its_operator_for_each_item_with_what_is_the_same_for_all) {
  const Workflow workflow = with_step(shout);
  EXPECT_EQ(workflow.run({{"documents", list({"a", "b", "c"})}, {"style", "x"}})["out"],
            list({"X A", "X B", "X C"}));
  EXPECT_EQ(workflow.row_fields(), (std::vector<std::string>{"documents", "style"}));
}

TEST(MapStep, takes_several_lists_together) {
  const Workflow workflow = with_step(
      "{operator: ask, model: loud, prompt: '{a}{b}', map: [a, b], input: {a: row.a, b: {value: [x, y]}}}");
  EXPECT_EQ(workflow.run({{"a", list({"p", "q"})}})["out"], list({"PX", "QY"}));
  EXPECT_THAT(message_of_run(workflow, {{"a", list({"p"})}}),
              HasSubstr("Inconsistent batch sizes: a has 1, b has 2"));
  EXPECT_THAT(message_of_run(workflow, {{"a", list({})}}), HasSubstr("a has 0, b has 2"));
}

TEST(MapStep, of_nothing_gives_its_outputs_empty) {
  EXPECT_EQ(with_step(shout).run({{"documents", list({})}, {"style", "x"}})["out"], list({}));
  const Workflow judged =
      with_step("{operator: judge, model: loud, map: query, input: {query: row.q, responses: {value: [a]}}}",
                "reasoning");
  EXPECT_EQ(judged.run({{"q", list({})}})["out"], list({}));
}

TEST(MapStep, works_with_every_kind_of_operator) {
  const std::string two = "{value: [p, q]}";
  EXPECT_EQ(with_step("{operator: ensemble, model: loud, size: 2, map: query, input: {query: " + two + "}}",
                      "responses")
                .run({{"x", 1}})["out"],
            list({list({"P", "P"}), list({"Q", "Q"})}));
  EXPECT_EQ(with_step("{operator: varied_ensemble, models: [loud], map: query, input: {query: " + two + "}}",
                      "responses")
                .run({{"x", 1}})["out"],
            list({list({"P"}), list({"Q"})}));
  EXPECT_EQ(with_step("{operator: extract, pattern: '\\w', map: text, input: {text: " + two + "}}", "answer")
                .run({{"x", 1}})["out"],
            list({"p", "q"}));
  EXPECT_EQ(
      with_step("{operator: most_common, map: responses, input: {responses: {value: [[a, b, a], [c]]}}}",
                "final_answer")
          .run({{"x", 1}})["out"],
      list({"a", "c"}));
  for (const std::string kind : {"judge", "selector"}) {
    const Workflow workflow = with_step("{operator: " + kind +
                                            ", model: loud, map: responses, input: {query: row.q, "
                                            "responses: {value: [[a], [b]]}}}",
                                        "final_answer");
    EXPECT_EQ(workflow.compiled().size(), 1U) << kind;
    EXPECT_NO_THROW((void)workflow.run({{"q", "which?"}})) << kind;
  }
}

TEST(MapStep, goes_from_one_to_the_next) {
  const Workflow workflow = Workflow::load(EMBER_SOURCE_DIR "/examples/documents.yaml");
  const Value out = workflow.run(
      {{"documents", list({"Ants dig.", "Bees fly."})}, {"style", "short"}, {"question", "Who flies?"}});
  EXPECT_EQ(out["summaries"], list({"SHORT - ANTS: ANTS DIG.", "SHORT - BEES: BEES FLY."}));
  EXPECT_TRUE(out["answer"].is_string());
}

TEST(MapStep, bounds_what_is_under_way) {
  const auto seconds_of = [](const std::string& settings) {
    const auto runtime = Runtime::simulated({.seed = 1});
    Duration took{};
    runtime.run([&] {
      const Workflow workflow =
          with_step("{operator: ask, model: 'sim:upper?latency=1&sigma=0', map: query, " + settings +
                    "input: {query: row.q}}");
      const TimePoint begin = runtime.now();
      EXPECT_EQ(workflow.run({{"q", list({"a", "b", "c", "d", "e", "f"})}})["out"].size(), 6U);
      took = runtime.now() - begin;
    });
    return to_seconds(took);
  };
  EXPECT_NEAR(seconds_of(""), 1, 0.01);
  EXPECT_NEAR(seconds_of("max_workers: 2, "), 3, 0.01);
  EXPECT_NEAR(seconds_of("batch_size: 3, "), 2, 0.01);
  EXPECT_NEAR(seconds_of("batch_size: 5, max_workers: 1, "), 6, 0.01);
}

TEST(MapStep, names_step_and_field_of_what_is_no_list) {
  const Workflow workflow = with_step(shout);
  EXPECT_EQ(message_of_run(workflow, {{"documents", "a text"}, {"style", "x"}}),
            "step 's' maps over 'document', which must be a list, found a string");
  const Workflow whole = with_step("{operator: ask, model: loud, map: querys, input: row.whole}");
  EXPECT_EQ(message_of_run(whole, {{"whole", {{"query", list({"a"})}}}}),
            "step 's' maps over 'querys', which its input lacks; did you mean 'query'?");
}

TEST(MapStep, names_the_item_that_failed) {
  const Workflow workflow = with_step(
      "{operator: extract, pattern: '\\d', require_match: true, map: text, input: {text: row.texts}}",
      "answer");
  try {
    (void)workflow.run({{"texts", list({"1", "no", "also no"})}});
    FAIL();
  } catch (const XCSError& error) {
    EXPECT_EQ(error.path().substr(0, 1), "s");
    EXPECT_THAT(error.what(), HasSubstr("item 1 failed"));
  }
}

TEST(MapStep, remembers_its_calls_item_by_item) {
  const Workflow workflow = with_step(shout);
  const auto scope = xcs::execution_options({.enable_caching = true});
  const Value row = {{"documents", list({"a", "b"})}, {"style", "x"}};
  const Value first = workflow.run(row);
  EXPECT_EQ(workflow.run({{"documents", list({"b", "c"})}, {"style", "x"}})["out"], list({"X B", "X C"}));
  EXPECT_EQ(workflow.run(row), first);
  EXPECT_EQ(xcs::cache_stats().misses, 3U);
  EXPECT_EQ(xcs::cache_stats().hits, 3U);
}

TEST(MapStep, is_shown_as_one_step_whose_cost_depends_on_the_items) {
  const Workflow workflow = with_step(shout);
  EXPECT_EQ(workflow.graph().node("s").op.target->name(), "Map(Ask)");
  const CallBound bound = call_bound_of(*workflow.graph().node("s").op.target);
  EXPECT_EQ(bound.model_calls, 0);
  EXPECT_EQ(bound.unknown.back(), "1 model call for each item of 'document', whose number is not known");
  const Workflow free =
      with_step("{operator: most_common, map: responses, input: {responses: row.r}}", "final_answer");
  EXPECT_TRUE(call_bound_of(*free.graph().node("s").op.target).unknown.empty());
}

TEST(MapStep, is_measured_as_a_step_of_its_row) {
  const Workflow workflow = with_step(shout);
  std::promise<WorkflowRun> done;
  workflow.run_async({{"documents", list({"a", "b"})}, {"style", "x"}}, {.collect_metrics = true},
                     [&](WorkflowRun run) { done.set_value(std::move(run)); });
  const WorkflowRun run = done.get_future().get();
  EXPECT_EQ(run.outputs.value()["out"], list({"X A", "X B"}));
  EXPECT_EQ(run.metrics->critical_path, std::vector<std::string>{"s"});
}

}  // namespace
}  // namespace ember
