#include "transform/batch_windows.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include <ember/execution_error.hpp>

#include "base/ambient.hpp"
#include "exec/run.hpp"
#include "graph/plan.hpp"
#include "transform/batch_settings.hpp"
#include "transform/batch_timeout.hpp"

namespace ember::xcs {
namespace {

/// The windows of one batch, one after the other.
class Windows {
 public:
  Windows(OpReference op, std::shared_ptr<const Batch> batch, bool keeps_going)
      : op_(std::move(op)),
        batch_(std::move(batch)),
        keeps_going_(keeps_going),
        settings_(call_settings(batch_->settings())),
        time_limit_(time_limit(batch_->settings(), *settings_.options)) {
    if (time_limit_) deadline_ = time_after(clock().now(), from_seconds(*time_limit_));
    outcome_.outputs.resize(batch_->size());
  }

  [[nodiscard]] bool has_next() const noexcept { return first_ < batch_->size(); }
  /// What runs the next window.
  [[nodiscard]] RunRequest next() {
    const std::size_t window = batch_->settings().window;
    last_ = window > 0 ? std::min(batch_->size(), first_ + window) : batch_->size();
    RunRequest request;
    if (!plan_ || plan_->size() != last_ - first_) {
      plan_ = Plan::of_calls(op_, last_ - first_, InputRecipe::Form::item);
    }
    request.plan = plan_;
    std::vector<Value> inputs;
    inputs.reserve(last_ - first_);
    for (std::size_t call = first_; call < last_; ++call) {
      inputs.push_back(batch_->input(call));
      if (batch_->has_devices()) request.devices.push_back(batch_->device(call));
    }
    request.inputs = Value::list(std::move(inputs));
    request.settings = run_settings(settings_, seconds_left(), !keeps_going_);
    return request;
  }
  /// Takes over what a window came to. Throws what ended it early.
  void finish(const Run& run) {
    std::exception_ptr missing;
    if (run.first_raw_error() || batch_->settings().keeps_partial) {
      missing = take_outcomes(run);
    } else {
      take_outputs(run);
    }
    first_ = last_;
    if (missing) {
      for (std::size_t call = last_; call < batch_->size(); ++call)
        outcome_.failures.push_back({call, missing});
    }
    const bool is_decided = missing || (!keeps_going_ && !outcome_.failures.empty());
    if (is_decided) first_ = batch_->size();
  }
  /// Once there is no next window.
  [[nodiscard]] BatchOutcome take_outcome() { return std::move(outcome_); }
  [[nodiscard]] const ExecutionOptions& options() const noexcept { return *settings_.options; }

 private:
  static Clock& clock() { return *Executor::current()->clock(); }

  std::vector<Value>::iterator outputs_at(std::size_t call) {
    return outcome_.outputs.begin() + static_cast<std::ptrdiff_t>(call);
  }

  [[nodiscard]] std::optional<double> seconds_left() const {
    if (!time_limit_ || first_ == 0) return time_limit_;
    // Above zero: a run that begins too late ends at once.
    return std::max(1e-9, to_seconds(deadline_ - clock().now()));
  }

  void take_outputs(const Run& run) {
    try {
      const Results results = run.results();
      std::copy(results.values().begin(), results.values().end(), outputs_at(first_));
    } catch (const ExecutionTimeoutError& late) {
      throw timeout(run, late);
    }
  }

  /// The deadline's error, for the batch as a whole.
  [[nodiscard]] ExecutionTimeoutError timeout(const Run& run, const ExecutionTimeoutError& late) const {
    FinishedCalls finished;
    const auto add = [&](std::size_t call, const Value& output) {
      finished.calls.push_back(static_cast<std::uint32_t>(call));
      finished.outputs.push_back(output);
    };
    auto failure = outcome_.failures.begin();
    for (std::size_t call = 0; call < first_; ++call) {
      if (failure != outcome_.failures.end() && failure->call == call) {
        ++failure;
      } else {
        add(call, outcome_.outputs[call]);
      }
    }
    const std::vector<Run::NodeOutcome> nodes = run.node_outcomes();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].output) add(first_ + i, *nodes[i].output);
    }
    return batch_timeout(op_, batch_->size(), time_limit_.value_or(late.timeout_seconds()),
                         std::move(finished));
  }

  /// Node by node. Returns the deadline's error when it ended the window and what is done counts.
  std::exception_ptr take_outcomes(const Run& run) {
    std::exception_ptr missing;
    try {
      (void)run.results();
    } catch (const ExecutionTimeoutError& late) {
      ExecutionTimeoutError error = timeout(run, late);
      if (!batch_->settings().keeps_partial) throw error;
      missing = std::make_exception_ptr(std::move(error));
    } catch (const ExecutionStoppedError&) {
      throw;
    } catch (...) {  // Failures of nodes: looked at below, as the operators threw them.
    }
    const std::vector<Run::NodeOutcome> nodes = run.node_outcomes();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].output) {
        outcome_.outputs[first_ + i] = *nodes[i].output;
      } else if (nodes[i].error || missing) {
        outcome_.failures.push_back({first_ + i, nodes[i].error ? nodes[i].error : missing});
        if (!keeps_going_ && !missing) break;
      }
    }
    return missing;
  }

  const OpReference op_;
  const std::shared_ptr<const Batch> batch_;
  const bool keeps_going_;
  const EffectiveOptions settings_;
  const std::optional<double> time_limit_;
  TimePoint deadline_ = TimePoint::max();
  std::shared_ptr<const Plan> plan_;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
  BatchOutcome outcome_;
};

/// Windows that follow each other without a thread that waits.
class StartedWindows : public std::enable_shared_from_this<StartedWindows> {
 public:
  using Done = std::function<void(Result<BatchOutcome>)>;

  StartedWindows(const OpReference& op, const std::shared_ptr<const Batch>& batch, Context context, Done done)
      : windows_(op, batch, batch->settings().keeps_going),
        ambient_(Ambient::current()),
        context_(std::move(context)),
        done_(std::move(done)) {}

  /// Starts window after window, until one is not over at once: its end goes on from there.
  void go_on() noexcept {
    const AmbientScope ambient(ambient_);
    const ContextScope context(context_);
    try {
      while (windows_.has_next()) {
        phase_.store(Phase::starting);
        start(windows_.next());
        if (phase_.exchange(Phase::started) != Phase::over) return;
        if (!done_) return;
      }
    } catch (...) {
      return finish(std::current_exception());
    }
    finish(windows_.take_outcome());
  }

 private:
  enum class Phase { starting, started, over };

  void start(RunRequest request) {
    request.on_over = [self = shared_from_this()](Run& run) { self->take(run); };
    const Ref<Run> run = Run::create(std::move(request));
    if (*windows_.options().executor == "thread") {
      run->start();
    } else {
      run->start_here();
    }
  }

  void take(const Run& run) noexcept {
    try {
      windows_.finish(run);
    } catch (...) {
      finish(std::current_exception());
    }
    // The loop that started this window goes on by itself when it has not yet looked.
    if (phase_.exchange(Phase::over) == Phase::started && done_) go_on();
  }

  void finish(Result<BatchOutcome> outcome) noexcept {
    const Done done = std::exchange(done_, nullptr);
    if (done) done(std::move(outcome));
  }

  Windows windows_;
  std::atomic<Phase> phase_ = Phase::started;
  const Ambient ambient_;
  const Context context_;
  Done done_;
};

}  // namespace

BatchOutcome run_windows(const OpReference& op, const std::shared_ptr<const Batch>& batch, bool keeps_going) {
  Windows windows(op, batch, keeps_going);
  while (windows.has_next()) {
    const Ref<Run> run = Run::create(windows.next());
    run->run_to_end();
    windows.finish(*run);
  }
  return windows.take_outcome();
}

void start_windows(const OpReference& op, const std::shared_ptr<const Batch>& batch, const Context& context,
                   std::function<void(Result<BatchOutcome>)> done) {
  std::make_shared<StartedWindows>(op, batch, context, std::move(done))->go_on();
}

}  // namespace ember::xcs
