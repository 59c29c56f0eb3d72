#include "simulate/failure_plan.hpp"

#include <gmock/gmock.h>

#include <ember/error.hpp>

#include <map>

namespace ember::simulate {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(FailurePlan, lists_add_up_and_the_last_rate_of_a_kind_counts) {
  FailurePlan plan;
  plan.add("429=0.05,reset=0.1");
  plan.add("429=0.2");
  EXPECT_DOUBLE_EQ(plan.rate(Failure::too_many_requests), 0.2);
  EXPECT_DOUBLE_EQ(plan.rate(Failure::reset), 0.1);
  EXPECT_DOUBLE_EQ(plan.rate(Failure::drip), 0);
}

TEST(FailurePlan, draws_every_kind_at_its_rate) {
  FailurePlan plan;
  plan.add("429=0.1,500=0.2,503=0.05,reset=0.1,cut=0.15,drip=0.1");
  std::map<Failure, int> counts;
  RandomStream seeds(5);
  for (int count = 0; count < 20'000; ++count) ++counts[plan.draw(RandomStream(seeds.next()))];
  EXPECT_NEAR(counts[Failure::too_many_requests], 2000, 200);
  EXPECT_NEAR(counts[Failure::server_error], 4000, 300);
  EXPECT_NEAR(counts[Failure::unavailable], 1000, 150);
  EXPECT_NEAR(counts[Failure::reset], 2000, 200);
  EXPECT_NEAR(counts[Failure::cut], 3000, 250);
  EXPECT_NEAR(counts[Failure::drip], 2000, 200);
  EXPECT_NEAR(counts[Failure::none], 6000, 350);
}

TEST(FailurePlan, a_rate_of_one_always_fails) {
  FailurePlan plan;
  plan.add("503=1");
  RandomStream seeds(5);
  for (int count = 0; count < 100; ++count)
    EXPECT_EQ(plan.draw(RandomStream(seeds.next())), Failure::unavailable);
}

TEST(FailurePlan, names_the_kinds_it_knows) {
  FailurePlan plan;
  for (const char* text : {"418=0.1", "none=0.1", "429", "", "429=0.1,", "=1"}) {
    EXPECT_THAT([&] { plan.add(text); },
                ThrowsMessage<InvalidArgumentError>(HasSubstr("one of 429, 500, 503, reset, cut, drip")))
        << text;
  }
}

TEST(FailurePlan, refuses_rates_that_are_none) {
  FailurePlan plan;
  EXPECT_THAT([&] { plan.add("cut=1.5"); },
              ThrowsMessage<InvalidArgumentError>(HasSubstr("failure 'cut' is 1.5")));
  EXPECT_THAT([&] { plan.add("cut=-1"); }, ThrowsMessage<InvalidArgumentError>(HasSubstr("failure 'cut'")));
  EXPECT_THAT([&] { plan.add("cut=x"); }, ThrowsMessage<InvalidArgumentError>(HasSubstr("failure 'cut'")));
  EXPECT_THAT([&] { plan.add("cut=0.6,drip=0.6"); },
              ThrowsMessage<InvalidArgumentError>(HasSubstr("more than 1")));
}

}  // namespace
}  // namespace ember::simulate
