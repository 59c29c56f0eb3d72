#include <ember/completion_callback.hpp>

#include <ember/error.hpp>

namespace ember {

CompletionCallback::~CompletionCallback() {
  if (!sink_) return;
  finish({}, std::make_exception_ptr(OperatorError("forward_async dropped its completion without an outcome")));
}

void CompletionCallback::finish(Value value, std::exception_ptr error) {
  CompletionSink* sink = std::exchange(sink_, nullptr);
  if (!sink) throw InvalidArgumentError("completion was called twice");
  sink->complete(slot_, std::move(value), std::move(error));
  sink->release();
}

}  // namespace ember
