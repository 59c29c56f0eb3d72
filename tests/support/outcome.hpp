// Outcome: takes the outcome of an asynchronous call that a test starts itself.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stdexcept>

#include <ember/completion_callback.hpp>
#include <ember/op.hpp>

#include "op/interpreter.hpp"

namespace ember::test {

/// Start one call with it; lives as long as the call.
class Outcome final : public CompletionSink {
 public:
  Outcome() = default;
  Outcome(const Outcome&) = delete;
  Outcome& operator=(const Outcome&) = delete;

  void start(const Op<>& op, const Value& inputs, const Context& context = Context()) {
    start_call(op.target(), inputs, context, CompletionCallback(*this, 0));
  }
  void complete(std::size_t, Value value, std::exception_ptr failure) noexcept override {
    const std::lock_guard lock(mutex_);
    ++count_;
    value_ = std::move(value);
    error_ = std::move(failure);
    ended_.notify_all();
  }
  void retain() noexcept override {
    const std::lock_guard lock(mutex_);
    ++references_;
  }
  void release() noexcept override {
    const std::lock_guard lock(mutex_);
    --references_;
    ended_.notify_all();
  }
  /// Waits for the thread that brought the outcome to let go.
  ~Outcome() {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, std::chrono::seconds(30), [&] { return references_ == 0; });
  }

  [[nodiscard]] bool is_over() const noexcept { return count() > 0; }
  /// How often the call ended: once, if all is well.
  [[nodiscard]] int count() const noexcept {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  /// The result, when it is there; throws the error. Gives up after a time that only a hang reaches.
  [[nodiscard]] Value value() const {
    std::unique_lock lock(mutex_);
    if (!ended_.wait_for(lock, std::chrono::seconds(30), [&] { return count_ > 0; })) {
      throw std::logic_error("the call did not end");
    }
    if (error_) std::rethrow_exception(error_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable ended_;
  int references_ = 0;
  int count_ = 0;
  Value value_;
  std::exception_ptr error_;
};

}  // namespace ember::test
