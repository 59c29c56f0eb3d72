// CompletionRelay: stands between an asynchronous call and who waits for it, and sees the outcome first.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

#include <ember/completion_callback.hpp>
#include <ember/op.hpp>

namespace ember {

/// Lives until the one callback that is made from it has ended, and keeps the operator of the call alive.
class CompletionRelay : public CompletionSink {
 public:
  CompletionRelay(std::shared_ptr<const OperatorBase> target, CompletionCallback done)
      : target_(std::move(target)), done_(std::move(done)) {}

  void complete(std::size_t, Value value, std::exception_ptr error) noexcept final {
    see(value, error);
    done_.finish(std::move(value), std::move(error));
  }
  void retain() noexcept final {}
  void release() noexcept final { delete this; }

 protected:
  virtual ~CompletionRelay() = default;
  /// Called once, with what is passed on after it.
  virtual void see(Value& value, std::exception_ptr& error) noexcept = 0;
  [[nodiscard]] const OperatorBase& target() const noexcept { return *target_; }

 private:
  const std::shared_ptr<const OperatorBase> target_;
  CompletionCallback done_;
};

}  // namespace ember
