#include <ember/context.hpp>

#include <gtest/gtest.h>

#include <thread>

namespace ember {
namespace {

/// A clock that stands still until a test moves it.
class StillClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return now_; }
  TimerId call_at(TimePoint, std::function<void()>) override { return 1; }
  bool cancel(TimerId) noexcept override { return false; }
  bool sleep_until(TimePoint when, const std::stop_token& stop) override {
    if (stop.stop_requested()) return false;
    now_ = when;
    return true;
  }

 private:
  TimePoint now_{std::chrono::hours(1)};
};

TEST(Context, HasNoBoundsByDefault) {
  const Context context;
  EXPECT_EQ(context.deadline(), TimePoint::max());
  EXPECT_EQ(context.remaining(), Duration::max());
  EXPECT_FALSE(context.stop_requested());
  EXPECT_EQ(context.device(), "cpu");
  EXPECT_EQ(context.clock(), Clock::real());
}

TEST(Context, RemainingTimeFollowsItsClock) {
  const auto clock = std::make_shared<StillClock>();
  const Context context(clock, clock->now() + std::chrono::seconds(5), {});
  EXPECT_EQ(context.remaining(), std::chrono::seconds(5));
  EXPECT_TRUE(context.sleep_for(std::chrono::seconds(2)));
  EXPECT_EQ(context.remaining(), std::chrono::seconds(3));
  EXPECT_TRUE(context.sleep_for(std::chrono::seconds(20)));
  EXPECT_EQ(context.remaining(), Duration::zero());
}

TEST(Context, DeadlinesOnlyTighten) {
  const auto clock = std::make_shared<StillClock>();
  const TimePoint now = clock->now();
  const Context context(clock, now + std::chrono::seconds(5), {});
  EXPECT_EQ(context.with_deadline(now + std::chrono::seconds(1)).deadline(), now + std::chrono::seconds(1));
  EXPECT_EQ(context.with_deadline(now + std::chrono::seconds(9)).deadline(), context.deadline());
}

TEST(Context, StopRequestsReachIt) {
  std::stop_source source;
  const Context context(std::make_shared<StillClock>(), TimePoint::max(), source.get_token());
  EXPECT_FALSE(context.stop_requested());
  source.request_stop();
  EXPECT_TRUE(context.stop_requested());
  EXPECT_FALSE(context.sleep_for(std::chrono::hours(1)));
}

TEST(Context, ScopesNestAndStayOnTheirThread) {
  const Context outer(Clock::real(), TimePoint::max(), {}, "gpu:0");
  const Context inner(Clock::real(), TimePoint::max(), {}, "gpu:1");
  EXPECT_EQ(Context::current().device(), "cpu");
  {
    const ContextScope outer_scope(outer);
    {
      const ContextScope inner_scope(inner);
      EXPECT_EQ(Context::current().device(), "gpu:1");
      std::thread([] { EXPECT_EQ(Context::current().device(), "cpu"); }).join();
    }
    EXPECT_EQ(Context::current().device(), "gpu:0");
  }
  EXPECT_EQ(Context::current().device(), "cpu");
}

}  // namespace
}  // namespace ember
