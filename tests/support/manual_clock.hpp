// ManualClock: virtual time for tests. It jumps to the next timer whenever a thread sleeps; nothing ever
// waits.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <utility>

#include <ember/clock.hpp>

#include "base/timer_queue.hpp"

namespace ember::testing {

/// Runs timers on the thread that sleeps. Thread-safe, but made for one thread at a time.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override {
    const std::lock_guard lock(mutex_);
    return now_;
  }

  /// Time since the clock was made.
  [[nodiscard]] Duration elapsed() const noexcept { return now().time_since_epoch() - start; }

  TimerId call_at(TimePoint when, std::function<void()> callback) override {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    return timers_.add(when, std::move(callback));
  }

  bool cancel(TimerId timer) noexcept override {
    TimerQueue::Callback dropped;  // Destroyed after the lock: it may own anything.
    const std::lock_guard lock(mutex_);
    dropped = timers_.remove(timer);
    return dropped != nullptr;
  }

  bool sleep_until(TimePoint when, const std::stop_token& stop) override {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      if (timers_.next_time() <= when && timers_.next_time() != TimePoint::max()) {
        run_next(lock);
      } else if (when == TimePoint::max()) {
        changed_.wait(lock, stop, [this] { return !timers_.empty(); });
      } else {
        now_ = std::max(now_, when);
        return true;
      }
    }
    return now_ >= when;
  }

  [[nodiscard]] bool is_simulated() const noexcept override { return true; }

  /// Timers that have not run yet.
  [[nodiscard]] std::size_t pending() const noexcept {
    const std::lock_guard lock(mutex_);
    return timers_.size();
  }

 private:
  static constexpr Duration start = std::chrono::hours(1);

  void run_next(std::unique_lock<std::mutex>& lock) {
    now_ = std::max(now_, timers_.next_time());
    TimerQueue::Callback callback = timers_.take_first();
    lock.unlock();
    callback();
    callback = nullptr;
    lock.lock();
  }

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  TimePoint now_{start};
  TimerQueue timers_;
};

}  // namespace ember::testing
