// Clock: the one seam for time. Real time and simulated time implement it; nothing else asks the system for
// time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>

namespace ember {

/// A span of time, in nanoseconds.
using Duration = std::chrono::nanoseconds;
/// A point on a monotonic clock, real or simulated. `TimePoint::max()` means never.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// `seconds` as a Duration, rounded to nanoseconds and clamped to what a Duration holds.
Duration from_seconds(double seconds) noexcept;
/// `duration` in seconds.
double to_seconds(Duration duration) noexcept;
/// `start + delay`, clamped to `TimePoint::max()`.
TimePoint time_after(TimePoint start, Duration delay) noexcept;

/// Tells the time, calls back later and sleeps. Thread-safe.
class Clock {
 public:
  using TimerId = std::uint64_t;

  virtual ~Clock() = default;
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  [[nodiscard]] virtual TimePoint now() const noexcept = 0;

  /// Calls `callback` once, at `when` or soon after, on a thread of the clock. The callback must be short and
  /// must not throw. Returns an id for `cancel`, never 0.
  virtual TimerId call_at(TimePoint when, std::function<void()> callback) = 0;

  /// Forgets a timer. Returns true when its callback will not run; false when it has run, is running or is
  /// unknown.
  virtual bool cancel(TimerId timer) noexcept = 0;

  /// Blocks the calling thread until `when`, or until a stop is requested. Returns true when `when` was
  /// reached.
  virtual bool sleep_until(TimePoint when, const std::stop_token& stop) = 0;

  /// True when time is virtual: it moves only when nothing else can run.
  [[nodiscard]] virtual bool is_simulated() const noexcept { return false; }

  /// The process's clock of real time; its timers run on one thread that lives as long as the process.
  static const std::shared_ptr<Clock>& real();
};

}  // namespace ember
