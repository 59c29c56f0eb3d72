#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/lm_module.hpp>
#include <ember/model.hpp>

#include "model/scripted_provider.hpp"

namespace ember {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::ScriptedProvider;

std::string message_of(const Value& fields) {
  try {
    (void)ModelParameters::from(fields);
  } catch (const InvalidArgumentError& error) {
    return error.what();
  }
  return "";
}

TEST(ModelParameters, are_read_by_name) {
  const ModelParameters parameters =
      ModelParameters::from({{"temperature", 1},
                             {"max_tokens", 5},
                             {"top_p", 0.5},
                             {"stop", list({"a", "b"})},
                             {"timeout", 2.5},
                             {"context", "kind"},
                             {"seed", 7},
                             {"base_url", "http://x/v1"},
                             {"api_key_env", "X_KEY"},
                             {"retry", {{"max_attempts", 9}, {"min_wait", 0.5}}},
                             {"provider", {{"user", "me"}}}});
  RetryPolicy retry = RetryPolicy::for_models();
  retry.max_attempts = 9;
  retry.min_wait = 500ms;
  const ModelParameters expected = {.temperature = 1.0,
                                    .max_tokens = 5,
                                    .top_p = 0.5,
                                    .stop = std::vector<std::string>{"a", "b"},
                                    .timeout = 2500ms,
                                    .context = "kind",
                                    .seed = 7,
                                    .base_url = "http://x/v1",
                                    .api_key_env = "X_KEY",
                                    .retry = retry,
                                    .provider = {{"user", "me"}}};
  EXPECT_EQ(parameters, expected);
  EXPECT_EQ(ModelParameters::from({{"stop", "END"}}).stop, std::vector<std::string>{"END"});
  EXPECT_EQ(ModelParameters::from({{"max_tokens", nullptr}}), ModelParameters());
}

TEST(ModelParameters, mistakes_are_named) {
  EXPECT_THAT(message_of({{"temprature", 1}}), HasSubstr("'temprature'; did you mean 'temperature'?"));
  EXPECT_THAT(message_of({{"wholly_else", 1}}), HasSubstr("'wholly_else'"));
  EXPECT_THAT(message_of({{"temperature", "hot"}}), HasSubstr("temperature must be a number, found string"));
  EXPECT_THAT(message_of({{"temperature", 2.01}}), HasSubstr("temperature"));
  EXPECT_THAT(message_of({{"max_tokens", 1.5}}), HasSubstr("max_tokens"));
  EXPECT_THAT(message_of({{"max_tokens", 0}}), HasSubstr("max_tokens"));
  EXPECT_THAT(message_of({{"stop", list({1})}}), HasSubstr("stop"));
  EXPECT_THAT(message_of({{"timeout", -1}}), HasSubstr("timeout"));
  EXPECT_THAT(message_of({{"retry", {{"attempts", 2}}}}), HasSubstr("retry parameter 'attempts'"));
  EXPECT_THAT(message_of({{"provider", 1}}), HasSubstr("provider"));
  EXPECT_THAT(message_of("hot"), HasSubstr("mapping"));
}

TEST(ModelParameters, open_fields_are_taken_from_below) {
  const ModelParameters upper = {.temperature = 0.1, .provider = {{"a", 1}, {"b", 2}}};
  const ModelParameters lower = {.temperature = 0.9, .max_tokens = 5, .provider = {{"b", 3}, {"c", 4}}};
  const ModelParameters merged = upper.over(lower);
  EXPECT_EQ(merged.temperature, 0.1);
  EXPECT_EQ(merged.max_tokens, 5);
  EXPECT_EQ(merged.provider, (Value{{"a", 1}, {"b", 2}, {"c", 4}}));
}

TEST(Configure, refuses_values_out_of_range_and_changes_nothing) {
  EXPECT_THROW((void)configure({.temperature = 3}), InvalidArgumentError);
  EXPECT_THROW(set_model_defaults({.max_tokens = -1}), InvalidArgumentError);
  EXPECT_EQ(model_defaults(), ModelParameters());
}

TEST(LMModule, assembles_persona_prompt_and_chain_of_thought) {
  const LMModuleConfig config =
      LMModuleConfig::from({{"id", "dummy:a"}, {"persona", "Friendly"}, {"cot_prompt", "Think first."}});
  ScriptedProvider provider;
  const LMModule module(config, false, provider.registry());
  module("What now?");
  EXPECT_EQ(provider.requests().back().messages.back().content,
            "[Persona: Friendly]\n\nWhat now?\n\n# Chain of Thought:\nThink first.");
  EXPECT_EQ(provider.last_parameters().temperature, 1.0);
}

TEST(LMModule, simulated_api_needs_no_registry) {
  LMModuleConfig config;
  config.id = "nobody:nothing";
  EXPECT_EQ(LMModule(config, true, std::make_shared<ModelRegistry>())("hello"), "SIMULATED_RESPONSE: hello");
}

TEST(LMModule, temperatures_up_to_five_reach_the_provider) {
  ScriptedProvider provider;
  LMModuleConfig config;
  config.id = "dummy:a";
  config.temperature = 4.5;
  const LMModule module(config, false, provider.registry());
  module("p");
  EXPECT_EQ(provider.last_parameters().temperature, 4.5);
  EXPECT_THROW(module("p", {.temperature = 5.5}), InvalidArgumentError);
}

TEST(LMModule, mistakes_in_the_configuration_are_named) {
  EXPECT_THROW((void)LMModuleConfig::from({{"persona_name", "x"}}), InvalidArgumentError);
  EXPECT_THROW((void)LMModuleConfig::from({{"temperature", 5.1}}), InvalidArgumentError);
  EXPECT_THROW((void)LMModuleConfig::from({{"max_tokens", 0}}), InvalidArgumentError);
  EXPECT_THROW((void)LMModuleConfig::from({{"id", "a:b"}, {"model_name", "a:c"}}), InvalidArgumentError);
  EXPECT_THROW((void)LMModuleConfig::from({{"id", ""}}), InvalidArgumentError);
  EXPECT_EQ(LMModuleConfig::from({}).id, "openai:gpt-4o");
}

}  // namespace
}  // namespace ember
