#include <ember/judge.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>

#include "support/scripted_model.hpp"

namespace ember::non {
namespace {

using test::ScriptedModels;
using testing::HasSubstr;
using testing::Not;

const Value panel = {{"query", "2+2?"}, {"responses", list({"4", nullptr, "five"})}};

Value judged(const std::string& reply,
             Op<> (*make)(std::string, ModelParameters, std::shared_ptr<ModelRegistry>)) {
  const auto [models, registry] = ScriptedModels::make([&](const ModelRequest&) { return reply; });
  return make("openai:gpt-4o", {}, registry)(panel);
}

TEST(Judge, PutsQueryAndResponsesIntoThePrompt) {
  const auto [models, registry] = ScriptedModels::make([](const ModelRequest&) { return "Final Answer: 4"; });
  judge_synthesis("openai:m", {.temperature = 0.4}, registry)(panel);
  selector_judge("openai:n", {}, registry)(panel);
  for (std::size_t call = 0; call < 2; ++call) {
    EXPECT_THAT(models->prompt(call), HasSubstr("2+2?"));
    EXPECT_THAT(models->prompt(call), HasSubstr("[Response 1]\n4\n"));
    EXPECT_THAT(models->prompt(call), Not(HasSubstr("[Response 2]")));
    EXPECT_THAT(models->prompt(call), HasSubstr("[Response 3]\nfive\n"));
    EXPECT_THAT(models->prompt(call), HasSubstr("Reasoning:"));
    EXPECT_THAT(models->prompt(call), HasSubstr("Final Answer:"));
  }
  EXPECT_NE(models->prompt(0), models->prompt(1));
  EXPECT_EQ(models->requests()[0].parameters.temperature, 0.4);
}

TEST(Judge, UnparseableRepliesAreUnknown) {
  EXPECT_EQ(judged("I can not tell.", judge_synthesis),
            Value({{"final_answer", "Unknown"}, {"reasoning", "I can not tell."}}));
  EXPECT_EQ(judged("", selector_judge), Value({{"final_answer", "Unknown"}, {"reasoning", ""}}));
  EXPECT_EQ(judged("Reasoning: a\nFinal Answer:\n", judge_synthesis)["final_answer"], Value("Unknown"));
}

TEST(Judge, ReasoningMayStandWithoutALabel) {
  EXPECT_EQ(judged("Both agree.\n**Final Answer:** 4", selector_judge),
            Value({{"final_answer", "4"}, {"reasoning", "Both agree."}}));
}

TEST(Judge, NamesWhatIsMissingOrOfAnotherKind) {
  const auto [models, registry] = ScriptedModels::make([](const ModelRequest&) { return ""; });
  const Op<> judge = judge_synthesis("openai:m", {}, registry);
  const auto failure = [&](const Value& inputs) -> std::string {
    try {
      judge(inputs);
    } catch (const OperatorExecutionError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(failure({{"responses", list({"a"})}}), HasSubstr("'query'"));
  EXPECT_THAT(failure({{"query", "q"}}), HasSubstr("'responses'"));
  EXPECT_THAT(failure({{"query", nullptr}, {"responses", list({"a"})}}), HasSubstr("'query'"));
  EXPECT_THAT(failure({{"query", "q"}, {"responses", "a"}}),
              HasSubstr("'responses': expected list, found string"));
  EXPECT_EQ(models->call_count(), 0U);
}

TEST(Judge, FailuresOfTheModelKeepTheirType) {
  const auto [models, registry] = ScriptedModels::make(
      [](const ModelRequest&) -> std::string { throw ProviderAPIError("bad request", 400); });
  try {
    verifier("openai:m", {}, registry)({{"query", "q"}, {"candidate_answer", "a"}});
    FAIL();
  } catch (const OperatorExecutionError& error) {
    EXPECT_EQ(error.path(), "Verifier");
    EXPECT_THROW(std::rethrow_exception(error.cause()), ProviderAPIError);
  }
}

TEST(Verifier, ChecksTheCandidateAndElseTheFinalAnswer) {
  const auto [models, registry] = ScriptedModels::make([](const ModelRequest&) { return "Verdict: 0"; });
  const Op<> check = verifier("openai:m", {}, registry);
  check({{"query", "q"}, {"candidate_answer", "mine"}, {"final_answer", "judged"}});
  check({{"query", "q"}, {"final_answer", "judged"}});
  EXPECT_THAT(models->prompt(0), HasSubstr("Candidate answer:\nmine"));
  EXPECT_THAT(models->prompt(1), HasSubstr("Candidate answer:\njudged"));
  EXPECT_THROW(check({{"query", "q"}}), OperatorExecutionError);
}

TEST(Verifier, ReadsWhatThereIs) {
  const auto reply = [](std::string text) {
    const auto [models, registry] = ScriptedModels::make([&](const ModelRequest&) { return text; });
    return verifier("openai:m", {}, registry)({{"query", "q"}, {"candidate_answer", "a"}});
  };
  EXPECT_EQ(reply("no idea"),
            Value({{"verdict", 0}, {"explanation", "no idea"}, {"revised_answer", nullptr}}));
  EXPECT_EQ(reply("VERDICT: Incorrect\nExplanation: it is\nnot 5\nRevised answer: 4\n\n(four)"),
            Value({{"verdict", 0}, {"explanation", "it is\nnot 5"}, {"revised_answer", "4\n\n(four)"}}));
}

}  // namespace
}  // namespace ember::non
