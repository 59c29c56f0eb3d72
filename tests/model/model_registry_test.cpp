#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/log.hpp>
#include <ember/model.hpp>
#include <ember/model_service.hpp>
#include <ember/providers.hpp>

#include "base/closest_name.hpp"
#include "model/scripted_provider.hpp"

namespace ember {
namespace {

using ::testing::HasSubstr;
using testing::ScriptedProvider;

std::string refusal_of(const ModelRegistry& registry, const std::string& name) {
  try {
    (void)registry.find(name);
  } catch (const ModelNotFoundError& error) {
    return error.what();
  }
  return "";
}

TEST(ModelRegistry, bare_names_belong_to_their_providers) {
  const auto registry = ModelRegistry::with_default_providers();
  EXPECT_EQ(registry->resolve("gpt-4o"), "openai:gpt-4o");
  EXPECT_EQ(registry->resolve("claude-3-5-sonnet"), "anthropic:claude-3-5-sonnet");
  EXPECT_EQ(registry->resolve("gemini-1.5-pro"), "deepmind:gemini-1.5-pro");
  EXPECT_THAT(refusal_of(*registry, "gemini-1.5-pro"),
              HasSubstr("no provider is registered for the prefix 'deepmind'"));
}

TEST(ModelRegistry, one_registered_model_of_that_name_is_meant) {
  ModelRegistry registry;
  registry.register_model({"lab:falcon", std::nullopt, nullptr});
  EXPECT_EQ(registry.resolve("falcon"), "lab:falcon");
  registry.register_model({"shop:falcon", std::nullopt, nullptr});
  EXPECT_THAT(refusal_of(registry, "falcon"), HasSubstr("ambiguous: it may be 'lab:falcon', 'shop:falcon'"));
  EXPECT_EQ(registry.resolve("shop:falcon"), "shop:falcon");
}

TEST(ModelRegistry, identifiers_resolve_to_ids) {
  ModelRegistry registry;
  registry.register_model({"openai:gpt-4o", std::nullopt, nullptr});
  EXPECT_EQ(registry.resolve("openai.gpt_4o"), "openai:gpt-4o");
}

TEST(ModelRegistry, well_known_names_stay_what_they_are_beside_registered_models) {
  const auto registry = ModelRegistry::with_default_providers();
  registry->register_model({"openai:my-ft", std::nullopt, nullptr});
  EXPECT_EQ(registry->resolve("gpt-4o-mini"), "openai:gpt-4o-mini");
  EXPECT_EQ(registry->resolve("gpt-4o-2024-08-06"), "openai:gpt-4o-2024-08-06");
  EXPECT_EQ(registry->resolve("my-ft"), "openai:my-ft");
  EXPECT_THAT(refusal_of(*registry, "gpt-4p"), HasSubstr("did you mean 'openai:gpt-4o'?"));
}

TEST(ModelRegistry, identifiers_of_well_known_models_resolve) {
  const auto registry = ModelRegistry::with_default_providers();
  for (const bool has_registered_models : {false, true}) {
    if (has_registered_models) registry->register_model({"openai:my-ft", std::nullopt, nullptr});
    EXPECT_EQ(registry->resolve("openai.gpt_4o"), "openai:gpt-4o");
    EXPECT_EQ(registry->resolve("openai.gpt_3_5_turbo"), "openai:gpt-3.5-turbo");
    EXPECT_EQ(registry->resolve("deepmind.gemini_1_5_pro"), "deepmind:gemini-1.5-pro");
    EXPECT_EQ(registry->resolve("gpt_4o"), "openai:gpt-4o");
    EXPECT_EQ(registry->resolve("claude_3_5_sonnet"), "anthropic:claude-3-5-sonnet");
  }
  EXPECT_EQ(registry->resolve("my_ft"), "openai:my-ft");
}

TEST(ModelRegistry, unknown_names_come_with_the_closest_one) {
  const auto registry = ModelRegistry::with_default_providers();
  EXPECT_THAT(refusal_of(*registry, "opnai:gpt-4o"), HasSubstr("did you mean 'openai:gpt-4o'?"));
  EXPECT_THAT(refusal_of(*registry, "gtp-4o"), HasSubstr("did you mean 'openai:gpt-4o'?"));
  EXPECT_THAT(refusal_of(*registry, "clude-3-opus"), HasSubstr("did you mean 'anthropic:claude-3-opus'?"));
  EXPECT_THAT(refusal_of(*registry, ""), HasSubstr("empty"));
  EXPECT_THAT(refusal_of(*registry, "openai:"), HasSubstr("not found"));
  EXPECT_THROW((void)registry->get("nothing"), ModelNotFoundError);
}

TEST(ModelRegistry, model_with_its_own_provider_needs_no_prefix) {
  ModelRegistry registry;
  registry.register_model({"mine", std::nullopt, make_provider("mine", ScriptedProvider::echo)});
  EXPECT_EQ(Model("mine", {}, std::make_shared<ModelRegistry>()).id(), "mine");
  EXPECT_EQ(registry.find("mine").model, "mine");
}

TEST(ModelRegistry, providers_are_checked) {
  ModelRegistry registry;
  EXPECT_THROW(registry.register_provider("", make_provider("x", ScriptedProvider::echo)),
               InvalidArgumentError);
  EXPECT_THROW(registry.register_provider("a:b", make_provider("x", ScriptedProvider::echo)),
               InvalidArgumentError);
  EXPECT_THROW(registry.register_provider(nullptr), InvalidArgumentError);
  EXPECT_THROW((void)make_provider("x", nullptr), InvalidArgumentError);
}

TEST(ModelRegistry, prices_are_set_registered_or_known) {
  ModelRegistry registry;
  EXPECT_EQ(registry.cost("openai:gpt-4o"), (ModelCost{0.0025, 0.01}));
  EXPECT_EQ(registry.cost("openai:gpt-4o-2024-08-06"), (ModelCost{0.0025, 0.01}));
  EXPECT_EQ(registry.cost("openai:gpt-4o-mini"), (ModelCost{0.00015, 0.0006}));
  EXPECT_EQ(registry.cost("openai:gpt-4o-audio"), std::nullopt);
  EXPECT_EQ(registry.cost("sim:echo"), std::nullopt);
  registry.register_model({"sim:echo", ModelCost{1, 2}, nullptr});
  EXPECT_EQ(registry.cost("sim:echo"), (ModelCost{1, 2}));
  registry.set_cost("sim:echo", {3, 4});
  EXPECT_EQ(registry.cost("sim:echo"), (ModelCost{3, 4}));
  EXPECT_THROW(registry.set_cost("sim:echo", {-1, 0}), std::invalid_argument);
  EXPECT_THROW(registry.register_model({"x:y", ModelCost{0, -1}, nullptr}), std::invalid_argument);
}

TEST(ModelRegistry, contexts_are_set_registered_or_known) {
  ModelRegistry registry;
  EXPECT_EQ(registry.context_tokens("openai:gpt-4o-2024-08-06"), 128'000);
  EXPECT_EQ(registry.context_tokens("sim:echo"), std::nullopt);
  registry.register_model({.id = "sim:echo", .context_tokens = 500});
  EXPECT_EQ(registry.context_tokens("sim:echo?latency=1s"), 500);
  registry.set_context_tokens("sim:echo", 600);
  EXPECT_EQ(registry.context_tokens("sim:echo"), 600);
  EXPECT_THROW(registry.set_context_tokens("sim:echo", 0), std::invalid_argument);
  EXPECT_THROW(registry.register_model({.id = "x:y", .context_tokens = -1}), std::invalid_argument);
}

class Listing final : public Provider {
 public:
  explicit Listing(std::string name, bool is_broken) : name_(std::move(name)), is_broken_(is_broken) {}
  [[nodiscard]] std::string name() const override { return name_; }
  void complete_async(ModelRequest, const Context&, PieceHandler, CompletionHandler) override {}
  [[nodiscard]] bool can_list_models() const override { return true; }
  std::vector<std::string> list_models(const Context&) override {
    if (is_broken_) throw ProviderAPIError("down", 503, true);
    return {"one"};
  }

 private:
  std::string name_;
  bool is_broken_;
};

TEST(ModelRegistry, provider_that_does_not_list_is_a_warning) {
  ModelRegistry registry;
  registry.register_provider(std::make_shared<Listing>("bad", true));
  registry.register_provider(std::make_shared<Listing>("good", false));
  std::string warning;
  set_log_hook([&](LogLevel level, std::string_view message) {
    if (level == LogLevel::warning) warning = message;
  });
  EXPECT_EQ(registry.discover(), std::vector<std::string>{"good:one"});
  set_log_hook({});
  EXPECT_THAT(warning, HasSubstr("provider 'bad' did not list its models: down"));
}

TEST(ModelService, has_a_default_model_or_an_error) {
  ScriptedProvider provider;
  ModelService service(provider.registry(), "dummy:a");
  EXPECT_EQ(service("hi").model_id, "dummy:a");
  EXPECT_EQ(service.usage()->totals("dummy:a").calls, 1);
  ModelService bare(provider.registry());
  EXPECT_THROW((void)bare("hi"), InvalidArgumentError);
  EXPECT_THROW((void)bare.invoke("nobody:x", "hi"), ModelNotFoundError);
}

TEST(Model, has_id_and_name) {
  const Model model("sim:echo?latency=1", {.temperature = 0.2});
  EXPECT_EQ(model.id(), "sim:echo?latency=1");
  EXPECT_EQ(model.name(), "echo");
  EXPECT_EQ(Model("gpt-4o").resolved_id(), "openai:gpt-4o");
  EXPECT_EQ(model.with({.max_tokens = 5}).parameters().temperature, 0.2);
  EXPECT_THROW(Model("sim:echo", {.temperature = -1}), InvalidArgumentError);
}

TEST(ClosestName, counts_edits_and_swaps) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("gtp", "gpt"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  const std::vector<std::string> names = {"Alpha", "beta"};
  EXPECT_EQ(closest_name("alpah", names), "Alpha");
  EXPECT_EQ(closest_name("omega-three", names), std::nullopt);
  EXPECT_EQ(suggestion("bata", names), "; did you mean 'beta'?");
}

}  // namespace
}  // namespace ember
