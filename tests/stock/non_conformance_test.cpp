// The cases of the area `non`, by id.
#include <ember/non.hpp>

#include <gtest/gtest.h>

#include "support/scripted_model.hpp"

namespace ember::non {
namespace {

using test::ScriptedModels;

ScriptedModels::Rule always(std::string reply) {
  return [reply = std::move(reply)](const ModelRequest&) { return reply; };
}

TEST(Conformance, non_002) {
  const auto [models, registry] = ScriptedModels::make(always("hi"));
  uniform_ensemble(3, "anthropic:claude-3-5-sonnet", {}, {.registry = registry})({{"query", "q"}});
  ASSERT_EQ(models->call_count(), 3U);
  for (const ModelRequest& request : models->requests())
    EXPECT_EQ(request.model_id, "anthropic:claude-3-5-sonnet");
}

TEST(NonDefaults, UniformEnsembleHasThreeUnitsWhenNobodySaysHowMany) {
  const auto [models, registry] = ScriptedModels::make(always("hi"));
  const Value three = {{"responses", list({"hi", "hi", "hi"})}};
  EXPECT_EQ(uniform_ensemble("openai:m", {}, {.registry = registry})({{"query", "q"}}), three);
  EXPECT_EQ(uniform_ensemble(Model("openai:m", {}, registry))({{"query", "q"}}), three);
  EXPECT_EQ(UniformEnsemble("openai:m").num_units(), UniformEnsemble::default_units);
}

TEST(Conformance, non_004) {
  const auto [models, registry] =
      ScriptedModels::make([](const ModelRequest& request) { return "from " + request.model; });
  const Value output = varied_ensemble({"openai:m1", "openai:m2"}, {.registry = registry})({{"query", "q"}});
  EXPECT_EQ(output, Value({{"responses", list({"from m1", "from m2"})}}));
}

TEST(Conformance, non_007) {
  const Value output = most_common()({{"query", "q"}, {"responses", list({"x"})}});
  EXPECT_EQ(output, Value({{"final_answer", "x"}}));
}

TEST(Conformance, non_008) {
  const auto [models, registry] =
      ScriptedModels::make(always("Reasoning: Some reasoning here.\nFinal Answer: Synthesized Answer"));
  const Value output =
      judge_synthesis("gpt-4o", {}, registry)({{"query", "q"}, {"responses", list({"Ans1", "Ans2"})}});
  EXPECT_EQ(output, Value({{"final_answer", "Synthesized Answer"}, {"reasoning", "Some reasoning here."}}));
  EXPECT_EQ(models->requests().at(0).model_id, "openai:gpt-4o");
}

TEST(Conformance, non_011) {
  const auto [models, registry] = ScriptedModels::make(
      always("Verdict: 1\nExplanation: The answer is correct because...\nRevised Answer: \n"));
  const Value output = verifier("gpt-4o", {}, registry)({{"query", "q"}, {"candidate_answer", "a"}});
  EXPECT_EQ(output, Value({{"verdict", 1},
                           {"explanation", "The answer is correct because..."},
                           {"revised_answer", nullptr}}));
}

TEST(Conformance, non_013) {
  const auto [models, registry] =
      ScriptedModels::make(always("Verdict: 0\nExplanation: no\nRevised Answer (optional): 42"));
  const Value output = verifier("gpt-4o", {}, registry)({{"query", "q"}, {"candidate_answer", "41"}});
  EXPECT_EQ(output["revised_answer"], Value("42"));
}

TEST(Conformance, non_014) {
  const auto [models, registry] = ScriptedModels::make([](const ModelRequest& request) -> std::string {
    return request.model == "judge" ? "Reasoning: all say so\nFinal Answer: Paris" : "I say Paris";
  });
  const Op<> chain = sequential({uniform_ensemble(3, "openai:unit", {}, {.registry = registry}),
                                 judge_synthesis("openai:judge", {}, registry)});
  const Value output = chain({{"query", "What is the capital?"}});
  EXPECT_EQ(output["final_answer"], Value("Paris"));
  ASSERT_EQ(models->call_count(), 4U);
  const std::string asked = models->prompt(3);
  EXPECT_NE(asked.find("What is the capital?"), std::string::npos);
  EXPECT_NE(asked.find("[Response 3]\nI say Paris"), std::string::npos);
}

TEST(Conformance, non_015) {
  EXPECT_EQ(sequential({})({{"x", 1}}), Value({{"x", 1}}));
}

}  // namespace
}  // namespace ember::non
