#include <ember/completion_callback.hpp>

#include <ember/error.hpp>

#include "op/interpreter.hpp"

namespace ember {
namespace {

thread_local DroppedCompletion* innermost_start = nullptr;

std::exception_ptr dropped_error() {
  return std::make_exception_ptr(OperatorError("forward_async dropped its completion without an outcome"));
}

}  // namespace

DroppedCompletion::DroppedCompletion(const CompletionCallback& watched) noexcept
    : sink_(watched.sink_), slot_(watched.slot_), outer_(std::exchange(innermost_start, this)) {}

DroppedCompletion::~DroppedCompletion() {
  innermost_start = outer_;
  if (is_dropped_) fail(dropped_error());
}

void DroppedCompletion::fail(std::exception_ptr error) {
  if (!std::exchange(is_dropped_, false)) return;
  sink_->complete(slot_, {}, std::move(error));
  sink_->release();
}

bool DroppedCompletion::hold(const CompletionSink* sink, std::size_t slot) noexcept {
  for (DroppedCompletion* start = innermost_start; start != nullptr; start = start->outer_) {
    if (start->sink_ != sink || start->slot_ != slot) continue;
    start->is_dropped_ = true;
    return true;
  }
  return false;
}

CompletionCallback::~CompletionCallback() {
  if (!sink_ || DroppedCompletion::hold(sink_, slot_)) return;
  finish({}, dropped_error());
}

void CompletionCallback::finish(Value value, std::exception_ptr error) {
  CompletionSink* sink = std::exchange(sink_, nullptr);
  if (!sink) throw InvalidArgumentError("completion was called twice");
  sink->complete(slot_, std::move(value), std::move(error));
  sink->release();
}

}  // namespace ember
