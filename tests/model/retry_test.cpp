#include <gtest/gtest.h>

#include <ember/error.hpp>
#include <ember/retry.hpp>

#include "support/manual_clock.hpp"

namespace ember {
namespace {

using namespace std::chrono_literals;
using testing::ManualClock;

TEST(RetryPolicy, waits_grow_up_to_the_longest) {
  const RetryPolicy policy;
  constexpr std::uint64_t most = ~std::uint64_t{0};
  EXPECT_EQ(policy.wait_after(1, 0), 1s);
  EXPECT_LT(policy.wait_after(1, most), 2s);
  EXPECT_GT(policy.wait_after(1, most), 1900ms);
  EXPECT_GT(policy.wait_after(3, most), 7900ms);
  EXPECT_EQ(policy.wait_after(50, 0), 1s);
  EXPECT_LE(policy.wait_after(50, most), 60s);
  EXPECT_GT(policy.wait_after(50, most), 59s);
}

TEST(RetryPolicy, zero_waits_stay_zero) {
  const RetryPolicy policy{.min_wait = 0s, .max_wait = 0s};
  EXPECT_EQ(policy.wait_after(5, 12345), 0s);
}

TEST(RetryPolicy, fields_out_of_range_are_refused) {
  EXPECT_THROW(RetryPolicy{.max_attempts = 0}.validate(), InvalidArgumentError);
  EXPECT_THROW((RetryPolicy{.min_wait = 2s, .max_wait = 1s}.validate()), InvalidArgumentError);
  EXPECT_THROW(RetryPolicy{.min_wait = -1s}.validate(), InvalidArgumentError);
}

class Retry : public ::testing::Test {
 protected:
  std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
};

TEST_F(Retry, last_error_is_thrown_unchanged) {
  const Context context(clock_, TimePoint::max(), {});
  const ContextScope scope(context);
  int calls = 0;
  try {
    retry(RetryPolicy{}, [&]() -> int { throw std::out_of_range("attempt " + std::to_string(++calls)); });
    FAIL();
  } catch (const std::out_of_range& error) {
    EXPECT_STREQ(error.what(), "attempt 3");
  }
  EXPECT_GE(clock_->elapsed(), 2s);
  EXPECT_LE(clock_->elapsed(), 2s + 4s);
}

TEST_F(Retry, only_chosen_failures_are_repeated) {
  const Context context(clock_, TimePoint::max(), {});
  const ContextScope scope(context);
  RetryOptions options;
  options.should_retry = is_transient;
  int calls = 0;
  EXPECT_THROW(retry(options,
                     [&] {
                       ++calls;
                       throw ProviderAPIError("bad request", 400, false);
                     }),
               ProviderAPIError);
  EXPECT_EQ(calls, 1);
}

TEST_F(Retry, waits_are_reported_and_can_be_none) {
  const Context context(clock_, TimePoint::max(), {});
  const ContextScope scope(context);
  RetryOptions options;
  options.policy = {.max_attempts = 5, .min_wait = 0s, .max_wait = 0s};
  std::vector<int> repeated;
  options.on_retry = [&](int attempt, Duration) { repeated.push_back(attempt); };
  int calls = 0;
  retry(options, [&] {
    if (++calls < 4) throw std::runtime_error("not yet");
  });
  EXPECT_EQ(repeated, (std::vector<int>{1, 2, 3}));
}

TEST_F(Retry, deadline_and_stop_end_it) {
  const auto failing_calls = [&](const Context& context) {
    const ContextScope scope(context);
    int calls = 0;
    EXPECT_THROW(retry(RetryPolicy{},
                       [&] {
                         ++calls;
                         throw std::runtime_error("never");
                       }),
                 std::runtime_error);
    return calls;
  };
  EXPECT_EQ(failing_calls({clock_, time_after(clock_->now(), 500ms), {}}), 1);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(failing_calls({clock_, TimePoint::max(), stop.get_token()}), 1);
}

}  // namespace
}  // namespace ember
