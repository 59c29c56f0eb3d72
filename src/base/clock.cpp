// Real time: one thread keeps all timers in order of their time. It is never joined, so that a process may
// exit while callbacks are pending.
#include <ember/clock.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/timer_queue.hpp"

namespace ember {

Duration from_seconds(double seconds) noexcept {
  constexpr double limit = 9.2e9;  // Just under the seconds that 63 bits of nanoseconds hold.
  if (!(seconds > -limit)) return Duration::min();
  if (seconds >= limit) return Duration::max();
  return std::chrono::round<Duration>(std::chrono::duration<double>(seconds));
}

double to_seconds(Duration duration) noexcept {
  return std::chrono::duration<double>(duration).count();
}

TimePoint time_after(TimePoint start, Duration delay) noexcept {
  if (start.time_since_epoch() >= Duration::zero() && delay > TimePoint::max() - start)
    return TimePoint::max();
  return start + delay;
}

namespace {

class RealClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return std::chrono::steady_clock::now(); }

  TimerId call_at(TimePoint when, std::function<void()> callback) override {
    const std::lock_guard lock(mutex_);
    if (!is_running_) start();
    const bool is_first = when < timers_.next_time() || timers_.empty();
    const TimerId id = timers_.add(when, std::move(callback));
    if (is_first) changed_.notify_one();
    return id;
  }

  bool cancel(TimerId timer) noexcept override {
    TimerQueue::Callback dropped;  // Destroyed after the lock: it may own anything.
    const std::lock_guard lock(mutex_);
    dropped = timers_.remove(timer);
    return dropped != nullptr;
  }

  bool sleep_until(TimePoint when, const std::stop_token& stop) override {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    if (when == TimePoint::max()) {
      woken.wait(lock, stop, [] { return false; });
      return false;
    }
    woken.wait_until(lock, stop, when, [] { return false; });
    return !stop.stop_requested() || now() >= when;
  }

 private:
  void start() {
    is_running_ = true;
    std::thread([this] { run(); }).detach();
  }

  [[noreturn]] void run() {
    std::unique_lock lock(mutex_);
    TimePoint looked = now();
    for (;;) {
      const TimePoint next = timers_.next_time();
      if (next > looked) looked = now();
      if (next == TimePoint::max()) {
        changed_.wait(lock);
      } else if (next > looked) {
        changed_.wait_until(lock, next);
      } else {
        TimerQueue::Callback callback = timers_.take_first();
        lock.unlock();
        callback();
        callback = nullptr;
        lock.lock();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  TimerQueue timers_;
  bool is_running_ = false;
};

}  // namespace

const std::shared_ptr<Clock>& Clock::real() {
  // Leaked on purpose: its thread outlives static destruction.
  static const auto* const clock = new std::shared_ptr<Clock>(std::make_shared<RealClock>());
  return *clock;
}

}  // namespace ember
