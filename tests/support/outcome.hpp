// Outcome: takes the outcome of an asynchronous call that a test starts itself.
#pragma once

#include <exception>
#include <optional>

#include <ember/completion_callback.hpp>
#include <ember/op.hpp>

#include "op/interpreter.hpp"

namespace ember::test {

/// Start one call with it; lives as long as the call. Read it on the thread that ended the call.
class Outcome final : public CompletionSink {
 public:
  Outcome() = default;
  Outcome(const Outcome&) = delete;
  Outcome& operator=(const Outcome&) = delete;

  void start(const Op<>& op, const Value& inputs, const Context& context = Context()) {
    start_call(op.target(), inputs, context, CompletionCallback(*this, 0));
  }
  void complete(std::size_t, Value value, std::exception_ptr failure) noexcept override {
    ++count_;
    value_ = std::move(value);
    error_ = std::move(failure);
  }
  void retain() noexcept override {}
  void release() noexcept override {}

  [[nodiscard]] bool is_over() const noexcept { return count_ > 0; }
  /// How often the call ended: once, if all is well.
  [[nodiscard]] int count() const noexcept { return count_; }
  /// The result; throws the error.
  [[nodiscard]] Value value() const {
    if (error_) std::rethrow_exception(error_);
    return value_;
  }

 private:
  int count_ = 0;
  Value value_;
  std::exception_ptr error_;
};

}  // namespace ember::test
