#include <ember/clock.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ember {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Clock, SecondsAreRoundedAndClamped) {
  EXPECT_EQ(from_seconds(1.5), milliseconds(1500));
  EXPECT_EQ(from_seconds(1e-9).count(), 1);
  EXPECT_EQ(from_seconds(1e300), Duration::max());
  EXPECT_EQ(from_seconds(std::numeric_limits<double>::infinity()), Duration::max());
  EXPECT_EQ(from_seconds(-1e300), Duration::min());
  EXPECT_EQ(to_seconds(milliseconds(250)), 0.25);
  EXPECT_EQ(time_after(TimePoint(hours(1)), Duration::max()), TimePoint::max());
  EXPECT_EQ(time_after(TimePoint(-hours(1)), hours(2)), TimePoint(hours(1)));
}

TEST(RealClock, TimersFireInOrderOfTheirTime) {
  Clock& clock = *Clock::real();
  std::mutex mutex;
  std::vector<int> order;
  std::promise<void> last;
  const auto note = [&](int number) {
    const std::lock_guard lock(mutex);
    order.push_back(number);
  };
  const TimePoint start = clock.now();
  clock.call_at(start + milliseconds(6), [&] {
    note(3);
    last.set_value();
  });
  clock.call_at(start + milliseconds(2), [&] { note(1); });
  clock.call_at(start + milliseconds(4), [&] { note(2); });
  last.get_future().wait();
  EXPECT_GE(clock.now(), start + milliseconds(6));
  const std::lock_guard lock(mutex);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(RealClock, CancelledTimersNeverFire) {
  Clock& clock = *Clock::real();
  auto alive = std::make_shared<int>(1);
  const auto timer = clock.call_at(clock.now() + hours(1), [alive] {});
  EXPECT_NE(timer, 0U);
  EXPECT_EQ(alive.use_count(), 2);
  EXPECT_TRUE(clock.cancel(timer));
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_FALSE(clock.cancel(timer));
  EXPECT_FALSE(clock.cancel(987654321));
}

TEST(RealClock, CancelAfterFiringSaysSo) {
  Clock& clock = *Clock::real();
  std::promise<void> fired;
  const auto timer = clock.call_at(clock.now(), [&] { fired.set_value(); });
  fired.get_future().wait();
  EXPECT_FALSE(clock.cancel(timer));
}

TEST(RealClock, StopEndsASleep) {
  Clock& clock = *Clock::real();
  std::stop_source source;
  auto slept =
      std::async(std::launch::async, [&] { return clock.sleep_until(TimePoint::max(), source.get_token()); });
  source.request_stop();
  EXPECT_FALSE(slept.get());
  EXPECT_TRUE(clock.sleep_until(clock.now(), {}));
  EXPECT_FALSE(clock.sleep_until(clock.now() + hours(1), source.get_token()));
}

TEST(RealClock, TimersMayBeSetFromManyThreads) {
  Clock& clock = *Clock::real();
  constexpr int count = 200;
  std::atomic<int> left{4 * count};
  std::promise<void> done;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < count; ++i) {
        clock.cancel(clock.call_at(clock.now() + hours(1), [] {}));
        clock.call_at(clock.now(), [&] {
          if (--left == 0) done.set_value();
        });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  done.get_future().wait();
  EXPECT_EQ(left.load(), 0);
}

}  // namespace
}  // namespace ember
