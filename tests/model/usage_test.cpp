#include <limits>
#include <thread>

#include <gtest/gtest.h>

#include <ember/model.hpp>

#include "base/ambient.hpp"
#include "model/scripted_provider.hpp"
#include "support/manual_clock.hpp"

namespace ember {
namespace {

using namespace std::chrono_literals;
using testing::failing_first;
using testing::ManualClock;
using testing::ScriptedProvider;

TEST(ModelCost, is_rounded_to_six_places) {
  EXPECT_DOUBLE_EQ((ModelCost{0.00015, 0.0006}.of(7, 3)), 0.000003);
  EXPECT_DOUBLE_EQ((ModelCost{1, 2}.of(1500, 500)), 2.5);
  EXPECT_THROW((ModelCost{-0.1, 0}.validate()), std::invalid_argument);
  EXPECT_THROW((ModelCost{0, std::numeric_limits<double>::infinity()}.validate()), std::invalid_argument);
}

TEST(UsageService, counts_from_many_threads) {
  UsageService service;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 50; ++i) threads.emplace_back([&] { service.add("dummy:a", {10, 6, 4, 0.5}); });
  }
  EXPECT_EQ(service.totals("dummy:a").usage.total_tokens, 500);
  EXPECT_EQ(service.totals("dummy:a").calls, 50);
  EXPECT_EQ(service.totals("dummy:b").calls, 0);
  service.reset();
  EXPECT_TRUE(service.by_model().empty());
}

TEST(UsageScope, counts_calls_attempts_latency_and_cost_of_its_own_calls) {
  const auto clock = std::make_shared<ManualClock>();
  const Context context(clock, TimePoint::max(), {});
  const ContextScope time(context);
  const auto registry = ModelRegistry::with_default_providers();
  registry->set_cost("sim:echo", {1, 2});
  const Model model("sim:echo?latency=2", {}, registry);
  (void)model.complete("not counted");
  std::vector<CallRecord> records;
  const auto outer = std::make_shared<UsageService>();
  const auto inner =
      std::make_shared<UsageService>([&](const CallRecord& record) { records.push_back(record); });
  const UsageScope outer_scope(outer);
  const Completion first = model.complete("one");
  {
    const UsageScope inner_scope(inner);
    (void)model.complete("two");
  }
  EXPECT_GT(first.usage.cost_usd, 0);
  EXPECT_EQ(outer->totals().calls, 2);
  EXPECT_EQ(outer->totals().latency, 4s);
  EXPECT_EQ(inner->totals().calls, 1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].latency, 2s);
  EXPECT_EQ(records[0].model_id, "sim:echo?latency=2");
}

TEST(UsageScope, counts_repetitions_and_failures) {
  const auto clock = std::make_shared<ManualClock>();
  const Context context(clock, TimePoint::max(), {});
  const ContextScope time(context);
  const auto service = std::make_shared<UsageService>();
  const UsageScope scope(service);
  ScriptedProvider unsteady(failing_first(1, ProviderAPIError("busy", 503, true)));
  ScriptedProvider broken(failing_first(9, ProviderAPIError("bad", 400, false)));
  (void)Model("dummy:a", {}, unsteady.registry()).complete("p");
  EXPECT_THROW((void)Model("dummy:b", {}, broken.registry()).complete("p"), ProviderAPIError);
  EXPECT_EQ(service->totals().calls, 2);
  EXPECT_EQ(service->totals().retries(), 1);
  EXPECT_EQ(service->totals().failed_calls, 1);
}

TEST(UsageScope, is_inherited_with_the_parameters_of_the_thread) {
  const auto service = std::make_shared<UsageService>();
  {
    const UsageScope scope(service);
    const auto parameters = configure({.temperature = 0.1});
    std::vector<std::jthread> workers;
    for (int i = 0; i < 4; ++i) {
      workers.emplace_back([ambient = Ambient::current()] {
        const AmbientScope inherited(ambient);
        (void)Model("sim:echo").complete("p");
      });
    }
  }
  (void)Model("sim:echo").complete("p");
  EXPECT_EQ(service->totals("sim:echo").calls, 4);
}

TEST(UsageService, process_counts_every_call) {
  const auto before = UsageService::process()->totals("sim:upper").calls;
  (void)Model("sim:upper").complete("p");
  EXPECT_EQ(UsageService::process()->totals("sim:upper").calls, before + 1);
}

}  // namespace
}  // namespace ember
