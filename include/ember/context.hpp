// Context: what an operator may know about the call it runs in: deadline, stop requests, time and placement.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include <ember/clock.hpp>

namespace ember {

/// The circumstances of one operator call. A cheap value; valid as long as it is kept, also after the call
/// ended.
class Context {
 public:
  /// No deadline, no stop request, real time.
  Context();
  Context(std::shared_ptr<Clock> clock, TimePoint deadline, std::stop_token stop, std::string device = "cpu");

  /// The context of the operator call that runs on this thread; without one, a context without bounds.
  static Context current();

  /// When the call must be over; `TimePoint::max()` when there is no deadline.
  [[nodiscard]] TimePoint deadline() const noexcept { return deadline_; }
  /// Time left until the deadline, never negative; `Duration::max()` when there is none.
  [[nodiscard]] Duration remaining() const noexcept;
  /// Becomes true when the result is no longer wanted: deadline, failure elsewhere, or the caller's request.
  [[nodiscard]] std::stop_token stop_token() const noexcept { return stop_; }
  [[nodiscard]] bool stop_requested() const noexcept { return stop_.stop_requested(); }
  /// The clock that everything in this call goes by.
  [[nodiscard]] const std::shared_ptr<Clock>& clock() const& noexcept { return clock_; }
  [[nodiscard]] std::shared_ptr<Clock> clock() && noexcept { return std::move(clock_); }
  /// Where the call is placed, such as `cpu` or `gpu:0`.
  [[nodiscard]] const std::string& device() const& noexcept { return device_; }
  [[nodiscard]] std::string device() && noexcept { return std::move(device_); }

  /// Blocks for `duration` of this call's time. Returns false at once when a stop is requested meanwhile.
  bool sleep_for(Duration duration) const;

  /// The same context with an earlier deadline; a later one changes nothing.
  [[nodiscard]] Context with_deadline(TimePoint deadline) const;

 private:
  std::shared_ptr<Clock> clock_;
  TimePoint deadline_ = TimePoint::max();
  std::stop_token stop_;
  std::string device_ = "cpu";
};

/// Makes `context` the current one of this thread while it lives.
class ContextScope {
 public:
  explicit ContextScope(const Context& context) noexcept;
  ~ContextScope();
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;

 private:
  const Context* previous_;
};

}  // namespace ember
