#include "base/timer_queue.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace ember {
namespace {

TimePoint at(int nanoseconds) {
  return TimePoint(Duration(nanoseconds));
}

/// A queue beside what it is to be: an ordered map, with the timers in the order of adding.
class Compared {
 public:
  explicit Compared(std::uint32_t seed) : random_(seed) {}

  void step() {
    const std::uint32_t choice = random_() % 8;
    if (choice < 4) {
      add(at(static_cast<int>(random_() % 50)));
    } else if (choice < 6 && !ids_.empty()) {
      remove(random_() % ids_.size());
    } else if (!expected_.empty()) {
      take_first();
    }
    ASSERT_EQ(queue_.size(), expected_.size());
    ASSERT_EQ(queue_.next_time(), expected_.empty() ? TimePoint::max() : expected_.begin()->first.first);
  }
  void drain() {
    while (!expected_.empty()) take_first();
    EXPECT_TRUE(queue_.empty());
    for (const Clock::TimerId id : ids_) EXPECT_EQ(queue_.remove(id), nullptr);
  }

 private:
  void add(TimePoint when) {
    const std::size_t number = ids_.size();
    const Clock::TimerId id = queue_.add(when, [this, number] { called_ = number; });
    EXPECT_NE(id, 0U);
    ids_.push_back(id);
    times_.push_back(when);
    expected_.emplace(std::pair(when, number), true);
  }
  void remove(std::size_t number) {
    const bool is_there = expected_.erase(std::pair(times_[number], number)) == 1;
    const TimerQueue::Callback callback = queue_.remove(ids_[number]);
    ASSERT_EQ(callback != nullptr, is_there);
    if (!callback) return;
    callback();
    EXPECT_EQ(called_, number);
  }
  void take_first() {
    queue_.take_first()();
    EXPECT_EQ(called_, expected_.begin()->first.second);
    expected_.erase(expected_.begin());
  }

  std::mt19937 random_;
  TimerQueue queue_;
  std::map<std::pair<TimePoint, std::size_t>, bool> expected_;
  std::vector<Clock::TimerId> ids_;
  std::vector<TimePoint> times_;
  std::optional<std::size_t> called_;
};

TEST(TimerQueueLaw, KeepsTheOrderOfAnOrderedMap) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Compared both(seed);
    for (int step = 0; step < 400 && !testing::Test::HasFatalFailure(); ++step) both.step();
    both.drain();
  }
}

TEST(TimerQueue, AnIdIsOfOneTimerAlone) {
  TimerQueue queue;
  const Clock::TimerId first = queue.add(at(1), [] {});
  EXPECT_NE(queue.remove(first), nullptr);
  const Clock::TimerId second = queue.add(at(1), [] {});
  EXPECT_NE(first, second);
  EXPECT_EQ(queue.remove(first), nullptr);
  EXPECT_EQ(queue.remove(0), nullptr);
  EXPECT_EQ(queue.remove(second + 1), nullptr);
  EXPECT_NE(queue.remove(second), nullptr);
}

TEST(TimerQueue, IdsStayTheirOwnWhenTheMemoryOfManyIsGivenBack) {
  TimerQueue queue;
  std::vector<Clock::TimerId> ids;
  for (int i = 0; i < 10'000; ++i) ids.push_back(queue.add(at(i), [] {}));
  while (!queue.empty()) (void)queue.take_first();
  (void)queue.add(at(5), [] {});
  for (const Clock::TimerId id : ids) EXPECT_EQ(queue.remove(id), nullptr);
  EXPECT_EQ(queue.size(), 1U);
}

TEST(TimerQueue, WhatACallbackOwnsIsLeftToTheTaker) {
  TimerQueue queue;
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = owned;
  queue.add(at(1), [owned = std::move(owned)] {});
  {
    const TimerQueue::Callback taken = queue.take_first();
    EXPECT_FALSE(watched.expired());
  }
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace ember
