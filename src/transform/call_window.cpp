#include "transform/call_window.hpp"

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include <ember/execution_error.hpp>

#include "exec/executor.hpp"
#include "exec/run.hpp"
#include "transform/item_call.hpp"

namespace ember::xcs {
namespace {

CallOutcome outcome_of(const Run& run) {
  if (std::exception_ptr error = run.first_raw_error()) return {{}, std::move(error), false};
  try {
    return {run.results().values().front(), nullptr, false};
  } catch (const ExecutionStoppedError&) {
    return {{}, std::current_exception(), true};
  } catch (...) {
    return {{}, std::current_exception(), false};
  }
}

}  // namespace

/// Where outcomes come in from other threads, and wait for their turn.
class CallWindow::Arrivals {
 public:
  explicit Arrivals(std::shared_ptr<Executor> executor) : executor_(std::move(executor)) {}

  /// A place for one more outcome; its number.
  std::size_t add_place() {
    const std::lock_guard lock(mutex_);
    places_.emplace_back();
    return first_ + places_.size() - 1;
  }
  void arrive(std::size_t number, CallOutcome outcome) {
    const std::lock_guard lock(mutex_);
    if (number < first_ || places_[number - first_]) return;
    has_failed_ = has_failed_ || outcome.error;
    places_[number - first_] = std::move(outcome);
    if (number == first_) executor_->notify(changed_);
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return places_.size();
  }
  [[nodiscard]] bool has_failed() const {
    const std::lock_guard lock(mutex_);
    return has_failed_;
  }
  std::optional<CallOutcome> take_if_there() {
    const std::lock_guard lock(mutex_);
    return places_.front() ? std::optional(pop()) : std::nullopt;
  }
  CallOutcome wait() {
    std::unique_lock lock(mutex_);
    while (!places_.front()) executor_->wait(lock, changed_, TimePoint::max());
    return pop();
  }

 private:
  CallOutcome pop() {
    CallOutcome outcome = *std::move(places_.front());
    places_.pop_front();
    ++first_;
    return outcome;
  }

  const std::shared_ptr<Executor> executor_;
  mutable std::mutex mutex_;
  Condition changed_;
  std::deque<std::optional<CallOutcome>> places_;
  std::size_t first_ = 0;
  bool has_failed_ = false;
};

CallWindow::CallWindow(OpReference op, EffectiveOptions settings, Ambient ambient, Context context)
    : op_(std::move(op)),
      settings_(std::move(settings)),
      ambient_(std::move(ambient)),
      context_(std::move(context)),
      plan_(Plan::of_calls(op_, 1, InputRecipe::Form::run_inputs)),
      arrivals_(std::make_shared<Arrivals>(Executor::current())) {}

CallWindow::~CallWindow() {
  stop_.request_stop();
}

void CallWindow::start(Value input) {
  const std::size_t number = arrivals_->add_place();
  try {
    start_run(std::move(input), number);
  } catch (...) {
    arrivals_->arrive(number, {{}, std::current_exception(), false});
  }
}

void CallWindow::start_run(Value input, std::size_t number) {
  const AmbientScope ambient(ambient_);
  const ContextScope context(context_);
  // Who asks goes on with work of its own, and keeps its permit for that.
  const auto outside = Run::outside_of_runs();
  RunRequest request;
  request.plan = plan_;
  request.inputs = std::move(input);
  request.settings = settings_;
  request.stop_token = stop_.get_token();
  request.on_over = [arrivals = arrivals_, number](const Run& run) {
    arrivals->arrive(number, outcome_of(run));
  };
  const Ref<Run> run = Run::create(std::move(request));
  if (op_.target->is_async() && *settings_.options->executor != "thread") {
    run->start_here();
  } else {
    run->start();
  }
}

std::size_t CallWindow::size() const {
  return arrivals_->size();
}

bool CallWindow::has_failed() const {
  return arrivals_->has_failed();
}

CallOutcome CallWindow::take() {
  if (std::optional<CallOutcome> outcome = arrivals_->take_if_there()) return *std::move(outcome);
  const Run::SuspendedPermit permit;
  return arrivals_->wait();
}

CallOutcome CallWindow::call_here(const Value& input) {
  const AmbientScope ambient(ambient_);
  const ContextScope context(context_);
  CallOutcome outcome;
  const auto begin = std::chrono::steady_clock::now();
  try {
    outcome.output = call_with_options(op_, input);
  } catch (...) {
    outcome.error = std::current_exception();
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  plan_->note_cost(0, static_cast<std::uint64_t>(took.count()));
  return outcome;
}

}  // namespace ember::xcs
