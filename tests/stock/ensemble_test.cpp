#include <ember/ensemble.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stop_token>
#include <thread>

#include <ember/error.hpp>
#include <ember/execution_options.hpp>

#include "support/outcome.hpp"
#include "support/scripted_model.hpp"

namespace ember::non {
namespace {

using test::Outcome;
using test::ScriptedModels;
using testing::HasSubstr;

const Value question = {{"query", "q"}};

std::string echo_model(const ModelRequest& request) {
  return request.model;
}

/// A rule by which the models of these names fail.
ScriptedModels::Rule failing(std::vector<std::string> names) {
  return [names = std::move(names)](const ModelRequest& request) {
    if (std::find(names.begin(), names.end(), request.model) != names.end()) {
      throw ProviderAPIError(request.model + " refused", 400);
    }
    return request.model;
  };
}

TEST(Ensemble, AsksAllMembersAtOnceAndKeepsTheirOrder) {
  const auto [models, registry] = ScriptedModels::make(echo_model);
  models->hold();
  Outcome outcome;
  outcome.start(varied_ensemble({"sim:a", "sim:b", "sim:c"}, {.registry = registry}), question);
  ASSERT_TRUE(models->wait_for_calls(3));
  EXPECT_EQ(models->open(), 3U);
  for (const std::size_t call : {2U, 0U}) models->release(call);
  EXPECT_FALSE(outcome.is_over());
  models->release(1);
  EXPECT_EQ(outcome.value(), Value({{"responses", list({"a", "b", "c"})}}));
  EXPECT_EQ(outcome.count(), 1);
}

TEST(Ensemble, MakesOneCallForEachMember) {
  const auto [models, registry] = ScriptedModels::make(echo_model);
  const Value output =
      uniform_ensemble(5, "sim:same", {.temperature = 0.3}, {.registry = registry})(question);
  EXPECT_EQ(output["responses"].size(), 5U);
  ASSERT_EQ(models->call_count(), 5U);
  for (const ModelRequest& request : models->requests()) EXPECT_EQ(request.parameters.temperature, 0.3);
}

TEST(Ensemble, KeepsToMaxWorkers) {
  const auto [models, registry] = ScriptedModels::make(echo_model);
  models->hold();
  Outcome outcome;
  {
    const auto scope = xcs::execution_options({.max_workers = 2});
    outcome.start(uniform_ensemble(5, "sim:a", {}, {.registry = registry}), question);
  }
  for (std::size_t call = 0; call < 5; ++call) {
    ASSERT_TRUE(models->wait_for_calls(std::min<std::size_t>(5, call + 2)));
    EXPECT_LE(models->open(), 2U);
    ASSERT_TRUE(models->release(call));
  }
  EXPECT_EQ(outcome.value()["responses"].size(), 5U);
  EXPECT_EQ(models->peak(), 2U);
}

class OneByOne : public testing::TestWithParam<xcs::ExecutionOptions> {};

TEST_P(OneByOne, AsksOneMemberAfterTheOther) {
  const auto [models, registry] = ScriptedModels::make(echo_model);
  const auto scope = xcs::execution_options(GetParam());
  models->hold();
  Outcome outcome;
  outcome.start(varied_ensemble({"sim:a", "sim:b", "sim:c"}, {.registry = registry}), question);
  for (std::size_t call = 0; call < 3; ++call) {
    ASSERT_TRUE(models->wait_for_calls(call + 1));
    EXPECT_EQ(models->call_count(), call + 1);
    ASSERT_TRUE(models->release(call));
  }
  EXPECT_EQ(outcome.value()["responses"], list({"a", "b", "c"}));
}

INSTANTIATE_TEST_SUITE_P(Ensemble, OneByOne,
                         testing::Values(xcs::ExecutionOptions{.use_parallel = false},
                                         xcs::ExecutionOptions{.scheduler = "sequential"},
                                         xcs::ExecutionOptions{.max_workers = 1}));

TEST(Ensemble, LaterMembersSeeTheSettingsOfTheCaller) {
  const auto [models, registry] = ScriptedModels::make(echo_model);
  models->hold();
  Outcome outcome;
  {
    const auto options = xcs::execution_options({.use_parallel = false});
    const auto scope = configure({.temperature = 0.1});
    outcome.start(uniform_ensemble(2, "sim:a", {}, {.registry = registry}), question);
  }
  ASSERT_TRUE(models->wait_for_calls(1));
  std::thread([&models = models] { models->release(0); }).join();
  ASSERT_TRUE(models->wait_for_calls(2));
  EXPECT_EQ(models->requests()[1].parameters.temperature, 0.1);
  models->release(1);
  EXPECT_EQ(outcome.value()["responses"].size(), 2U);
}

TEST(Ensemble, SurvivesManyMembersThatAnswerAtOnce) {
  const auto [models, registry] = ScriptedModels::make(echo_model);
  const auto scope = xcs::execution_options({.use_parallel = false});
  const Value output = uniform_ensemble(8000, "sim:a", {}, {.registry = registry})(question);
  EXPECT_EQ(output["responses"].size(), 8000U);
  EXPECT_EQ(models->peak(), 1U);
}

TEST(Ensemble, AnswersFromManyThreadsAreAllCounted) {
  constexpr std::size_t members = 32;
  const auto [models, registry] = ScriptedModels::make(echo_model);
  models->hold();
  Outcome outcome;
  outcome.start(uniform_ensemble(members, "sim:a", {}, {.registry = registry}), question);
  ASSERT_TRUE(models->wait_for_calls(members));
  std::vector<std::thread> threads;
  for (std::size_t first = 0; first < 4; ++first) {
    threads.emplace_back([&models = models, first] {
      for (std::size_t call = first; call < members; call += 4) models->release(call);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(outcome.value()["responses"].size(), members);
  EXPECT_EQ(outcome.count(), 1);
}

TEST(Ensemble, NamesTheUnitThatFailed) {
  const auto [models, registry] = ScriptedModels::make(failing({"b"}));
  try {
    varied_ensemble({"sim:a", "sim:b", "sim:c"}, {.registry = registry})(question);
    FAIL();
  } catch (const OperatorExecutionError& error) {
    EXPECT_THAT(error.what(), HasSubstr("unit 2 of 3 (sim:b)"));
    EXPECT_EQ(error.path(), "VariedEnsemble.unit_2");
    EXPECT_THROW(std::rethrow_exception(root_cause(error.cause())), ProviderAPIError);
  }
}

TEST(Ensemble, TheLowestFailureDecidesWhicheverCameFirst) {
  const auto [models, registry] = ScriptedModels::make(failing({"b", "c"}));
  models->hold();
  Outcome outcome;
  outcome.start(varied_ensemble({"sim:a", "sim:b", "sim:c", "sim:d"}, {.registry = registry}), question);
  ASSERT_TRUE(models->wait_for_calls(4));
  models->release(models->call_of("c"));
  EXPECT_FALSE(models->is_stopped(models->call_of("a")));
  EXPECT_FALSE(models->is_stopped(models->call_of("b")));
  for (const char* model : {"b", "a"}) models->release(models->call_of(model));
  try {
    static_cast<void>(outcome.value());
    FAIL();
  } catch (const OperatorExecutionError& error) {
    EXPECT_THAT(error.what(), HasSubstr("unit 2 of 4 (sim:b)"));
  }
  // Nobody waits for the last one any more.
  EXPECT_TRUE(models->is_stopped(models->call_of("d")));
  models->release(models->call_of("d"));
}

TEST(Ensemble, StartsNothingAfterAFailure) {
  const auto [models, registry] = ScriptedModels::make(failing({"b"}));
  const auto scope = xcs::execution_options({.use_parallel = false});
  EXPECT_THROW(varied_ensemble({"sim:a", "sim:b", "sim:c"}, {.registry = registry})(question), OperatorError);
  EXPECT_EQ(models->call_count(), 2U);
}

TEST(Ensemble, ContinuesOnErrorsWhenAsked) {
  const auto [models, registry] = ScriptedModels::make(failing({"a", "c"}));
  const Op<> ensemble =
      varied_ensemble({"sim:a", "sim:b", "sim:c"}, {.continue_on_errors = true, .registry = registry});
  EXPECT_EQ(ensemble(question)["responses"], list({nullptr, "b", nullptr}));
  EXPECT_EQ(models->call_count(), 3U);
}

class Stopped : public testing::TestWithParam<bool> {};

TEST_P(Stopped, AStoppedEnsembleNeverPassesAsComplete) {
  const auto [models, registry] = ScriptedModels::make(
      [](const ModelRequest&) -> std::string { throw ModelError("stopped", Errc::execution_stopped); });
  models->hold();
  std::stop_source stop;
  Outcome outcome;
  outcome.start(uniform_ensemble(2, "sim:a", {}, {.continue_on_errors = GetParam(), .registry = registry}),
                question, Context(Clock::real(), TimePoint::max(), stop.get_token()));
  ASSERT_TRUE(models->wait_for_calls(2));
  stop.request_stop();
  EXPECT_TRUE(models->is_stopped(0));
  EXPECT_TRUE(models->is_stopped(1));
  models->release(0);
  models->release(1);
  EXPECT_THROW(static_cast<void>(outcome.value()), xcs::ExecutionStoppedError);
}

INSTANTIATE_TEST_SUITE_P(Ensemble, Stopped, testing::Bool());

TEST(Ensemble, TakesAPromptTemplate) {
  const auto [models, registry] = ScriptedModels::make(echo_model);
  const Op<> ensemble =
      uniform_ensemble(1, "sim:a", {}, {.prompt = "Solve {problem} {{now}}", .registry = registry});
  ensemble({{"problem", "1+1"}});
  EXPECT_EQ(models->prompt(0), "Solve 1+1 {now}");
  EXPECT_THROW(ensemble(question), OperatorExecutionError);
  EXPECT_THROW(uniform_ensemble(1, "sim:a", {}, {.prompt = "{open"}), InvalidPromptError);
}

TEST(Ensemble, RefusesToBeEmpty) {
  EXPECT_THROW(uniform_ensemble(0, "sim:a"), InvalidArgumentError);
  EXPECT_THROW(uniform_ensemble(-1, "sim:a"), InvalidArgumentError);
  EXPECT_THROW(varied_ensemble({}), InvalidArgumentError);
  EXPECT_THROW(uniform_ensemble(1, "sim:a", {.temperature = 9.0}), InvalidArgumentError);
}

TEST(Ensemble, MembersMayHaveTheirOwnParameters) {
  const auto [models, registry] = ScriptedModels::make(echo_model);
  const auto scope = configure({.temperature = 0.9});
  varied_ensemble({{"sim:a", {.temperature = 0.2}}, "sim:b", Model("sim:c", {.max_tokens = 5}, registry)},
                  {.registry = registry})(question);
  const auto parameters = [&models = models](const char* model) {
    return models->requests()[models->call_of(model)].parameters;
  };
  EXPECT_EQ(parameters("a").temperature, 0.2);
  EXPECT_EQ(parameters("b").temperature, 0.9);
  EXPECT_EQ(parameters("c").max_tokens, 5);
}

TEST(Ensemble, IsBoundedByItsMembers) {
  const auto registry = ModelRegistry::with_default_providers();
  for (const char* id : {"sim:a", "sim:b"}) {
    registry->set_cost(id, {1, 1});
    registry->set_context_tokens(id, 100);
  }
  const ModelConfig first("sim:a", {.max_tokens = 10});
  const ModelConfig second("sim:b", {.max_tokens = 20});
  const CallBound bound = VariedEnsemble({first, second}, {.registry = registry}).call_bound();
  EXPECT_EQ(bound.model_calls, 2);
  EXPECT_EQ(bound.completion_tokens, 30);
  EXPECT_EQ(bound.prompt_tokens, 170);
}

}  // namespace
}  // namespace ember::non
