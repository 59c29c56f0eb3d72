#include "simulate/latency.hpp"

#include <gmock/gmock.h>

#include <ember/error.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace ember::simulate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Latency, durations_take_units_and_plain_seconds) {
  EXPECT_EQ(parse_duration("100ms"), 100ms);
  EXPECT_EQ(parse_duration("0.1"), 100ms);
  EXPECT_EQ(parse_duration("250us"), 250us);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("0"), 0ns);
  EXPECT_EQ(parse_duration("3600"), 1h);
}

TEST(Latency, refuses_what_is_no_duration) {
  for (const char* text :
       {"", "ms", "-1", "5x", "1 s", "1e400", "nan", "inf", "3601", "4000000ms", "+1", "1s "}) {
    EXPECT_THAT(
        [text] { parse_duration(text); },
        ThrowsMessage<InvalidArgumentError>(HasSubstr("'" + std::string(text) + "' is not a duration")))
        << text;
  }
}

TEST(Latency, constant_is_always_the_same) {
  RandomStream random(1);
  const Latency latency = Latency::parse("20ms");
  EXPECT_EQ(latency.sample(random), 20ms);
  EXPECT_EQ(latency.sample(random), 20ms);
}

TEST(Latency, lognormal_has_its_median_and_sigma) {
  const Latency latency = Latency::parse("lognormal:100ms,0.5");
  RandomStream random(7);
  std::vector<double> logarithms;
  for (int count = 0; count < 20'000; ++count)
    logarithms.push_back(std::log(to_seconds(latency.sample(random))));
  std::sort(logarithms.begin(), logarithms.end());
  EXPECT_NEAR(std::exp(logarithms[10'000]), 0.1, 0.002);
  double squares = 0;
  for (const double logarithm : logarithms) squares += std::pow(logarithm - std::log(0.1), 2);
  EXPECT_NEAR(std::sqrt(squares / 20'000), 0.5, 0.02);
}

TEST(Latency, lognormal_never_exceeds_an_hour) {
  const Latency latency = Latency::parse("lognormal:3600,50");
  RandomStream random(3);
  for (int count = 0; count < 1000; ++count) {
    const Duration sample = latency.sample(random);
    EXPECT_GE(sample, 0ns);
    EXPECT_LE(sample, 1h);
  }
}

TEST(Latency, refuses_half_a_lognormal) {
  EXPECT_THAT([] { Latency::parse("lognormal:100ms"); },
              ThrowsMessage<InvalidArgumentError>(HasSubstr("lognormal:MEDIAN,SIGMA")));
  EXPECT_THAT([] { Latency::parse("lognormal:100ms,-1"); },
              ThrowsMessage<InvalidArgumentError>(HasSubstr("sigma")));
  EXPECT_THROW(Latency::parse("normal:1,1"), InvalidArgumentError);
}

}  // namespace
}  // namespace ember::simulate
