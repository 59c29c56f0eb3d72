// Waiting: blocks a thread for the outcome of an asynchronous call, in real and in simulated time alike.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include <ember/clock.hpp>
#include <ember/result.hpp>

namespace ember::model {

/// One outcome that one thread waits for. Shared by the waiter and the call.
template <class T>
class Waiting {
 public:
  /// Stores the outcome and wakes the waiter. Called once, on any thread.
  void finish(Result<T> outcome) {
    {
      const std::lock_guard lock(mutex_);
      outcome_.emplace(std::move(outcome));
    }
    finished_.request_stop();
  }

  /// Blocks until there is an outcome. The clock's own sleep is used, as it is what simulated time can see.
  Result<T> wait(Clock& clock) {
    while (!finished_.stop_requested()) clock.sleep_until(TimePoint::max(), finished_.get_token());
    const std::lock_guard lock(mutex_);
    return std::move(*outcome_);
  }

 private:
  std::mutex mutex_;
  std::optional<Result<T>> outcome_;
  std::stop_source finished_;
};

}  // namespace ember::model
