#include <ember/ask.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/error.hpp>

#include "support/outcome.hpp"
#include "support/scripted_model.hpp"

namespace ember::non {
namespace {

using test::Outcome;
using test::ScriptedModels;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::string echo_prompt(const ModelRequest& request) {
  return "re: " + std::string(last_user_message(request.messages));
}

TEST(Ask, AsksTheQuery) {
  const auto [models, registry] = ScriptedModels::make(echo_prompt);
  const Value output = ask("openai:m", {.temperature = 0.2}, {.registry = registry})({{"query", "hi"}});
  EXPECT_EQ(output, Value({{"text", "re: hi"}}));
  EXPECT_EQ(models->requests().at(0).parameters.temperature, 0.2);
}

TEST(Ask, BoundsItsCallByPriceContextAndMaxTokens) {
  const auto [models, registry] = ScriptedModels::make(echo_prompt);
  registry->set_cost("openai:m", {1, 2});
  registry->set_context_tokens("openai:m", 1000);
  const Op<> bounded = ask("openai:m", {.max_tokens = 200}, {.registry = registry});
  const CallBound bound = call_bound_of(*bounded.reference().target);
  EXPECT_EQ(bound.model_calls, 1);
  EXPECT_EQ(bound.prompt_tokens, 800);
  EXPECT_EQ(bound.completion_tokens, 200);
  EXPECT_DOUBLE_EQ(bound.cost_usd, 1.2);
  EXPECT_TRUE(bound.unknown.empty());
  EXPECT_TRUE(models->requests().empty());
}

TEST(Ask, NamesWhatItsBoundLacks) {
  const auto [models, registry] = ScriptedModels::make(echo_prompt);
  const Op<> open = ask("openai:m", {}, {.registry = registry});
  EXPECT_THAT(call_bound_of(*open.reference().target).unknown,
              ::testing::ElementsAre("model 'openai:m' has no max_tokens: its answer is not bounded",
                                     "model 'openai:m' has no context_tokens: its prompt is not bounded",
                                     "model 'openai:m' has no price"));
  const auto scope = configure({.max_tokens = 50});
  EXPECT_EQ(call_bound_of(*open.reference().target).completion_tokens, 50);
  const Op<> lost = ask("nowhere:m", {}, {.registry = registry});
  EXPECT_THAT(call_bound_of(*lost.reference().target).unknown, ::testing::ElementsAre(HasSubstr("nowhere")));
}

TEST(Ask, FillsATemplateAndNamesItsOutput) {
  const auto [models, registry] = ScriptedModels::make(echo_prompt);
  const Op<> step = ask(Model("openai:m", {}, registry), {.prompt = "{a}-{{x}}-{n}", .output = "answer"});
  EXPECT_EQ(step({{"a", "A"}, {"n", 3}, {"unused", true}}), Value({{"answer", "re: A-{x}-3"}}));
}

TEST(Ask, HoldsNoThread) {
  const auto [models, registry] = ScriptedModels::make(echo_prompt);
  models->hold();
  const Op<> step = ask("openai:m", {}, {.registry = registry});
  Outcome first;
  Outcome second;
  first.start(step, {{"query", "1"}});
  second.start(step, {{"query", "2"}});
  EXPECT_EQ(models->open(), 2U);
  models->release(1);
  models->release(0);
  EXPECT_EQ(first.value()["text"], Value("re: 1"));
  EXPECT_EQ(second.value()["text"], Value("re: 2"));
}

TEST(Ask, OutlivesItsHandleWhileACallIsOpen) {
  const auto [models, registry] = ScriptedModels::make(echo_prompt);
  models->hold();
  Outcome outcome;
  outcome.start(ask("openai:m", {}, {.output = "a name that is not stored inline", .registry = registry}),
                {{"query", "1"}});
  models->release(0);
  EXPECT_EQ(outcome.value()["a name that is not stored inline"], Value("re: 1"));
}

TEST(Ask, RefusesWhatCanNotBeAsked) {
  EXPECT_THROW(ask("openai:m", {}, {.prompt = "{a.b}"}), InvalidPromptError);
  EXPECT_THROW(ask("openai:m", {}, {.output = ""}), InvalidArgumentError);
  EXPECT_THROW(ask("openai:m", {.max_tokens = 0}), InvalidArgumentError);
  const auto [models, registry] = ScriptedModels::make(echo_prompt);
  EXPECT_THROW(ask("openai:m", {}, {.registry = registry})({{"question", "?"}}), OperatorExecutionError);
  EXPECT_EQ(models->call_count(), 0U);
}

TEST(Ask, AnUnknownModelIsNamed) {
  const auto [models, registry] = ScriptedModels::make(echo_prompt);
  try {
    ask("nobody:m", {}, {.registry = registry})({{"query", "?"}});
    FAIL();
  } catch (const OperatorExecutionError& error) {
    EXPECT_THROW(std::rethrow_exception(error.cause()), ModelNotFoundError);
  }
}

TEST(Ask, RefusesFieldsThatAreNoText) {
  const auto [models, registry] = ScriptedModels::make([](const ModelRequest&) { return std::string("a"); });
  const Op<> ask_once = ask("sim:a", {}, {.registry = registry});
  for (const Value& wrong : {Value(), Value(true), list({"q"}), Value({{"q", "q"}})}) {
    EXPECT_THAT(
        [&] {
          ask_once({{"query", wrong}});
        },
        ThrowsMessage<OperatorExecutionError>(HasSubstr("field 'query': expected a text, found")));
  }
  EXPECT_EQ(models->call_count(), 0U);
  EXPECT_EQ(ask_once({{"query", 5}})["text"], Value("a"));
  EXPECT_EQ(models->prompt(0), "5");
}

}  // namespace
}  // namespace ember::non
