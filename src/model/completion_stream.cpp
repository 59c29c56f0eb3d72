// Pieces wait in a queue; the reader sleeps on the call's clock until the writer wakes it.
#include <ember/completion_stream.hpp>

#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace ember {

struct CompletionStream::State {
  explicit State(const Context& parent)
      : context(parent.clock(), parent.deadline(), cancel.get_token(), parent.device()),
        on_parent_stop(parent.stop_token(), [this] { cancel.request_stop(); }) {}

  void push(CompletionPiece piece) {
    std::stop_source reader;
    {
      const std::lock_guard lock(mutex);
      pieces.push_back(std::move(piece));
      reader = wake;
    }
    reader.request_stop();
  }

  void finish(Result<Completion> result) {
    std::stop_source reader;
    {
      const std::lock_guard lock(mutex);
      outcome.emplace(std::move(result));
      reader = wake;
    }
    reader.request_stop();
  }

  /// Blocks until there is a piece or the outcome; returns with the lock held.
  std::unique_lock<std::mutex> wait() {
    for (;;) {
      std::unique_lock lock(mutex);
      if (!pieces.empty() || outcome) return lock;
      wake = std::stop_source();
      const std::stop_token token = wake.get_token();
      lock.unlock();
      context.clock()->sleep_until(TimePoint::max(), token);
    }
  }

  std::stop_source cancel;
  Context context;
  std::stop_callback<std::function<void()>> on_parent_stop;
  std::mutex mutex;
  std::deque<CompletionPiece> pieces;
  std::optional<Result<Completion>> outcome;
  std::stop_source wake;
};

CompletionStream::CompletionStream(const Context& context, const Start& start)
    : state_(std::make_shared<State>(context)) {
  start(
      state_->context, [state = state_](const CompletionPiece& piece) { state->push(piece); },
      [state = state_](Result<Completion> outcome) { state->finish(std::move(outcome)); });
}

CompletionStream::~CompletionStream() {
  if (state_) state_->cancel.request_stop();
}

CompletionStream::CompletionStream(CompletionStream&&) noexcept = default;

CompletionStream& CompletionStream::operator=(CompletionStream&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

bool CompletionStream::next(CompletionPiece& piece) {
  const auto lock = state_->wait();
  if (!state_->pieces.empty()) {
    piece = std::move(state_->pieces.front());
    state_->pieces.pop_front();
    return true;
  }
  if (!*state_->outcome) std::rethrow_exception(state_->outcome->error());
  return false;
}

const Completion& CompletionStream::completion() {
  for (;;) {
    const auto lock = state_->wait();
    if (state_->outcome) return state_->outcome->value();
    state_->pieces.clear();
  }
}

}  // namespace ember
