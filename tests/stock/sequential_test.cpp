#include <ember/sequential.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/non.hpp>

#include "support/scripted_model.hpp"

namespace ember::non {
namespace {

using test::ScriptedModels;

/// Answers with the names of the fields that it got, under `output`.
Op<> fields_as(const std::string& output) {
  return op("fields_as_" + output, [output](const Value& in) -> Value {
    return {{output, list(in.keys())}};
  });
}

TEST(Sequential, GivesTheLastOutputAlone) {
  const Value output = sequential({fields_as("a"), fields_as("b")})({{"x", 1}});
  EXPECT_EQ(output, Value({{"b", list({"a", "x"})}}));
}

TEST(Sequential, CarriesFieldsOfItsInputButNotOfOtherSteps) {
  const Value output = sequential({fields_as("a"), fields_as("b"), fields_as("c")})({{"x", 1}, {"y", 2}});
  EXPECT_EQ(output, Value({{"c", list({"b", "x", "y"})}}));
}

TEST(Sequential, ANewerFieldIsNotReplaced) {
  const Op<> rewrite = op("rewrite", [](const Value&) -> Value { return {{"query", "new"}}; });
  const Op<> same = op("same", [](const Value& in) -> Value { return in; });
  EXPECT_EQ(sequential({rewrite, same})({{"query", "old"}}), Value({{"query", "new"}}));
}

TEST(Sequential, OtherValuesPassAsTheyAre) {
  const Op<> number =
      op("number", [](const Value& in) -> Value { return in.is_integer() ? in.integer() + 1 : 41; });
  EXPECT_EQ(sequential({number, number})({{"x", 1}}), Value(42));
  EXPECT_EQ(sequential({number})(7), Value(8));
}

TEST(Sequential, NamesTheStepThatFailed) {
  const Op<> fail = op("fail", [](const Value&) -> Value { throw std::runtime_error("broken"); });
  const Op<> chain = sequential({fields_as("a"), sequential({fail.named("inner")}).named("part")});
  try {
    chain({{"x", 1}});
    FAIL();
  } catch (const OperatorExecutionError& error) {
    EXPECT_EQ(error.path(), "Sequential.part.inner");
  }
}

TEST(Sequential, PartsHaveNamesOfTheirOwn) {
  const Op<> chain = sequential({most_common(), most_common(), most_common().named("last")});
  std::vector<std::string> names;
  for (const Child& child : chain.target().children()) names.push_back(child.name);
  EXPECT_THAT(names, testing::ElementsAre("MostCommon", "MostCommon_2", "last"));
  EXPECT_THROW(sequential({Op<>()}), InvalidArgumentError);
}

TEST(Sequential, EnsembleJudgeAndVerifierWorkInARow) {
  const auto [models, registry] = ScriptedModels::make([](const ModelRequest& request) -> std::string {
    if (request.model == "judge") return "Reasoning: r\nFinal Answer: Paris";
    return request.model == "check" ? "Verdict: 1\nExplanation: yes" : "Paris";
  });
  const Value output = sequential({uniform_ensemble(2, "sim:unit", {}, {.registry = registry}),
                                   judge_synthesis("sim:judge", {}, registry),
                                   verifier("sim:check", {}, registry)})({{"query", "Capital of France?"}});
  EXPECT_EQ(output["verdict"], Value(1));
  EXPECT_THAT(models->prompt(3), testing::HasSubstr("Capital of France?"));
  EXPECT_THAT(models->prompt(3), testing::HasSubstr("Candidate answer:\nParis"));
}

TEST(Sequential, ExtractsAndVotes) {
  const auto [models, registry] =
      ScriptedModels::make([](const ModelRequest& request) { return "so\nA: " + request.model; });
  const Op<> chain = sequential({varied_ensemble({"sim:1", "sim:2", "sim:2"}, {.registry = registry}),
                                 extract({.field = "responses", .pattern = "A:(.*)", .output = "responses"}),
                                 most_common()});
  EXPECT_EQ(chain({{"query", "?"}}), Value({{"final_answer", "2"}}));
}

}  // namespace
}  // namespace ember::non
