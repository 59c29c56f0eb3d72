// SharedCompletion: a move-only completion callback in a form that copyable handlers can hold.
#pragma once

#include <atomic>
#include <exception>
#include <utility>

#include <ember/completion_callback.hpp>

namespace ember {

/// Hands on the first outcome, whichever thread brings it; later ones are dropped.
class SharedCompletion {
 public:
  explicit SharedCompletion(CompletionCallback done) : done_(std::move(done)) {}

  void succeed(Value value) {
    if (take()) done_(std::move(value));
  }
  void fail(std::exception_ptr error) {
    if (take()) done_.fail(std::move(error));
  }
  /// Ends the call with what `make` returns or throws.
  template <class Make>
  void finish(Make&& make) {
    Value value;
    try {
      value = make();
    } catch (...) {
      fail(std::current_exception());
      return;
    }
    succeed(std::move(value));
  }

 private:
  bool take() noexcept { return !taken_.exchange(true, std::memory_order_acq_rel); }

  CompletionCallback done_;
  std::atomic<bool> taken_ = false;
};

}  // namespace ember
