// CompletionCallback: how an asynchronous leaf hands back its outcome, exactly once, from any thread.
#pragma once

#include <cstddef>
#include <exception>
#include <utility>

#include <ember/value.hpp>

namespace ember {

/// Receives the outcomes of asynchronous calls. Implemented by the engine; shared by its open calls.
class CompletionSink {
 public:
  /// The outcome of the call in `slot`: a value, or `error` when that is not null. Called once per slot.
  virtual void complete(std::size_t slot, Value value, std::exception_ptr error) noexcept = 0;
  virtual void retain() noexcept = 0;
  virtual void release() noexcept = 0;

 protected:
  ~CompletionSink() = default;
};

/// Move-only. Call it with the value, or `fail` with the error; dropping it unused fails the call.
/// Thread-safe in that the first outcome may come from any thread.
class CompletionCallback {
 public:
  CompletionCallback() = default;
  CompletionCallback(CompletionSink& sink, std::size_t slot) noexcept : sink_(&sink), slot_(slot) {
    sink.retain();
  }
  CompletionCallback(CompletionCallback&& other) noexcept
      : sink_(std::exchange(other.sink_, nullptr)), slot_(other.slot_) {}
  CompletionCallback& operator=(CompletionCallback&& other) noexcept {
    std::swap(sink_, other.sink_);
    std::swap(slot_, other.slot_);
    return *this;
  }
  ~CompletionCallback();

  /// Ends the call with its result. Throws InvalidArgumentError when the call has ended already.
  void operator()(Value value) { finish(std::move(value), nullptr); }
  /// Ends the call with an error.
  void fail(std::exception_ptr error) { finish({}, std::move(error)); }
  /// Ends the call with `error`, or with `value` when that is null.
  void finish(Value value, std::exception_ptr error);
  /// True until the call has ended.
  explicit operator bool() const noexcept { return sink_ != nullptr; }

 private:
  friend class DroppedCompletion;

  CompletionSink* sink_ = nullptr;
  std::size_t slot_ = 0;
};

}  // namespace ember
