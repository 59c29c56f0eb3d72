// Timer and stop request race; whoever flips `is_over_` first calls back. Both keep the delay alive; the
// winner lets go of the other.
#include "model/async_delay.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

namespace ember::model {
namespace {

class Delay : public std::enable_shared_from_this<Delay> {
 public:
  Delay(const Context& context, std::function<void(DelayEnd)> done)
      : clock_(context.clock()), stop_(context.stop_token()), done_(std::move(done)) {}

  void start(TimePoint when, DelayEnd at_timer) {
    const auto self = shared_from_this();
    const Clock::TimerId timer = clock_->call_at(when, [self, at_timer] { self->finish(at_timer); });
    timer_.store(timer, std::memory_order_release);
    if (!stop_.stop_possible()) return;
    // The callback owns the delay and the delay owns the callback until it is over.
    auto on_stop = std::make_unique<StopCallback>(stop_, [self] { self->finish(DelayEnd::stopped); });
    {
      const std::lock_guard lock(mutex_);
      if (!is_over_.load(std::memory_order_acquire)) on_stop_ = std::move(on_stop);
    }
    // Over already: dropped here, outside the lock.
  }

 private:
  using StopCallback = std::stop_callback<std::function<void()>>;

  void finish(DelayEnd end) {
    const auto self = shared_from_this();  // `on_stop` may own the last other reference.
    std::unique_ptr<StopCallback> on_stop;
    {
      const std::lock_guard lock(mutex_);
      if (is_over_.exchange(true, std::memory_order_acq_rel)) return;
      on_stop = std::move(on_stop_);
    }
    if (end == DelayEnd::stopped) {
      if (const auto timer = timer_.load(std::memory_order_acquire)) clock_->cancel(timer);
    }
    const auto done = std::move(done_);
    done(end);
  }

  std::shared_ptr<Clock> clock_;
  std::stop_token stop_;
  std::function<void(DelayEnd)> done_;
  std::atomic<Clock::TimerId> timer_{0};
  std::mutex mutex_;
  std::atomic<bool> is_over_{false};
  std::unique_ptr<StopCallback> on_stop_;
};

}  // namespace

void delay_until(const Context& context, TimePoint when, std::function<void(DelayEnd)> done) {
  if (context.stop_requested()) {
    done(DelayEnd::stopped);
    return;
  }
  const bool is_bounded = context.deadline() < when;
  const TimePoint end = std::min(when, context.deadline());
  std::make_shared<Delay>(context, std::move(done))
      ->start(end, is_bounded ? DelayEnd::deadline : DelayEnd::reached);
}

}  // namespace ember::model
