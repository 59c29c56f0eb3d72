// The behavioural cases of the area `models`, by id.
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/lm_module.hpp>
#include <ember/model.hpp>
#include <ember/model_service.hpp>
#include <ember/retry.hpp>

#include "base/ambient.hpp"
#include "model/scripted_provider.hpp"
#include "support/manual_clock.hpp"

namespace ember {
namespace {

using testing::failing_first;
using ::testing::HasSubstr;
using testing::ManualClock;
using ::testing::Not;
using testing::ScriptedProvider;

std::shared_ptr<ModelRegistry> registry_of(const std::vector<std::string>& ids) {
  auto registry = std::make_shared<ModelRegistry>();
  for (const std::string& id : ids) registry->register_model({id, std::nullopt, nullptr});
  return registry;
}

/// Runs its scope in virtual time.
class VirtualTime {
 public:
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();

 private:
  Context context_{clock, TimePoint::max(), {}};
  ContextScope scope_{context_};
};

TEST(Conformance, models_001) {
  const auto registry = registry_of({"openai:gpt-4o", "anthropic:claude-3-5-sonnet"});
  EXPECT_EQ(registry->resolve("gpt-4o"), "openai:gpt-4o");
  EXPECT_EQ(registry->resolve("claude-3-5-sonnet"), "anthropic:claude-3-5-sonnet");
  EXPECT_EQ(registry->resolve("openai:gpt-4o"), "openai:gpt-4o");
}

TEST(Conformance, models_002) {
  const auto registry = registry_of({"openai:gpt-4o", "anthropic:claude-3-5-sonnet"});
  try {
    (void)registry->resolve("gpt-4p");
    FAIL() << "an unknown model was resolved";
  } catch (const ModelNotFoundError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'openai:gpt-4o'?"));
  }
}

TEST(Conformance, models_003) {
  ScriptedProvider provider;
  ModelService service(provider.registry());
  EXPECT_EQ(service.invoke("dummy:service", "hello").text, "Echo: hello");
}

TEST(Conformance, models_005) {
  const auto registry = registry_of({"dummy:a"});
  EXPECT_THROW(registry->register_model({"dummy:a", std::nullopt, nullptr}), std::invalid_argument);
  EXPECT_THROW(registry->register_model({"", std::nullopt, nullptr}), std::invalid_argument);
  EXPECT_FALSE(registry->is_registered(""));
  EXPECT_NO_THROW(registry->unregister_model("nope"));
  EXPECT_EQ(registry->list_ids(), std::vector<std::string>{"dummy:a"});
}

TEST(Conformance, models_006) {
  ModelRegistry registry;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i) {
      threads.emplace_back([&registry, i] {
        registry.register_model({"dummy:" + std::to_string(i), std::nullopt, nullptr});
      });
    }
  }
  EXPECT_EQ(registry.list_ids().size(), 10U);
}

TEST(Conformance, models_007) {
  const UsageStats sum = UsageStats{100, 60, 40, 0.1} + UsageStats{150, 90, 60, 0.2};
  EXPECT_EQ(sum.total_tokens, 250);
  EXPECT_EQ(sum.prompt_tokens, 150);
  EXPECT_EQ(sum.completion_tokens, 100);
  EXPECT_DOUBLE_EQ(sum.cost_usd, 0.3);
}

class ModelDefaults {
 public:
  explicit ModelDefaults(const ModelParameters& parameters) { set_model_defaults(parameters); }
  ~ModelDefaults() { set_model_defaults({}); }
  ModelDefaults(const ModelDefaults&) = delete;
  ModelDefaults& operator=(const ModelDefaults&) = delete;
};

TEST(Conformance, models_012) {
  ScriptedProvider provider;
  const auto registry = provider.registry();
  const ModelDefaults defaults({.temperature = 0.7});
  const Model own("dummy:a", {.temperature = 0.5}, registry);
  const Model open("dummy:a", {}, registry);
  {
    const auto scope = configure({.temperature = 0.9});
    own("p", {.temperature = 0.2});
    EXPECT_EQ(provider.last_parameters().temperature, 0.2);
    own("p");
    EXPECT_EQ(provider.last_parameters().temperature, 0.5);
    open("p");
    EXPECT_EQ(provider.last_parameters().temperature, 0.9);
  }
  open("p");
  EXPECT_EQ(provider.last_parameters().temperature, 0.7);
}

TEST(Conformance, models_013) {
  ScriptedProvider provider;
  const Model model("dummy:a", {}, provider.registry());
  const auto outer = configure({.temperature = 0.1});
  {
    const auto inner = configure({.max_tokens = 5});
    model("p");
    EXPECT_EQ(provider.last_parameters().temperature, 0.1);
    EXPECT_EQ(provider.last_parameters().max_tokens, 5);
  }
  model("p");
  EXPECT_EQ(provider.last_parameters().temperature, 0.1);
  EXPECT_EQ(provider.last_parameters().max_tokens, std::nullopt);
}

// Workers take over the ambient settings of the thread that gives them work.
TEST(Conformance, models_014) {
  ScriptedProvider provider;
  const Model model("dummy:a", {}, provider.registry());
  {
    const auto scope = configure({.temperature = 0.1});
    std::vector<std::jthread> workers;
    for (int i = 0; i < 8; ++i) {
      workers.emplace_back([&model, ambient = Ambient::current()] {
        const AmbientScope inherited(ambient);
        model("p");
      });
    }
  }
  ASSERT_EQ(provider.requests().size(), 8U);
  for (const ModelRequest& request : provider.requests()) EXPECT_EQ(request.parameters.temperature, 0.1);
}

TEST(Conformance, models_016) {
  const VirtualTime time;
  ScriptedProvider provider(failing_first(2, ProviderAPIError("busy", 429, true)));
  const Completion completion = Model("dummy:a", {}, provider.registry()).complete("hello");
  EXPECT_EQ(completion.text, "Echo: hello");
  EXPECT_EQ(completion.attempts, 3);
  EXPECT_EQ(provider.requests().size(), 3U);
}

TEST(Conformance, models_017) {
  const VirtualTime time;
  ScriptedProvider provider(
      failing_first(9, ProviderAPIError("Model 'dummy:a': HTTP status 400", 400, false)));
  try {
    (void)Model("dummy:a", {}, provider.registry()).complete("the secret prompt");
    FAIL() << "a bad request succeeded";
  } catch (const ProviderAPIError& error) {
    EXPECT_EQ(error.status(), 400);
    EXPECT_THAT(error.describe(), Not(HasSubstr("secret")));
  }
  EXPECT_EQ(provider.requests().size(), 1U);
}

TEST(Conformance, models_019) {
  const VirtualTime time;
  int calls = 0;
  const std::string outcome = retry(RetryPolicy{.max_attempts = 5}, [&] {
    if (++calls < 3) throw std::runtime_error("not yet");
    return std::string("success");
  });
  EXPECT_EQ(outcome, "success");
  EXPECT_EQ(calls, 3);
}

TEST(Conformance, models_020) {
  const RetryPolicy policy;
  EXPECT_EQ(policy.min_wait, std::chrono::seconds(1));
  EXPECT_EQ(policy.max_wait, std::chrono::seconds(60));
  EXPECT_EQ(policy.max_attempts, 3);
}

TEST(Conformance, models_023) {
  ScriptedProvider provider;
  LMModuleConfig config;
  config.id = "dummy:a";
  config.temperature = 0.8;
  const LMModule module(config, false, provider.registry());
  module("p", {.temperature = 0.1});
  EXPECT_EQ(provider.last_parameters().temperature, 0.1);
}

TEST(Conformance, models_024) {
  EXPECT_EQ(LMModuleConfig::from({{"model_name", "anthropic:x"}}).id, "anthropic:x");
}

}  // namespace
}  // namespace ember
