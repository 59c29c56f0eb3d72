#include "transform/batch_run.hpp"

#include <algorithm>
#include <utility>

#include <ember/execution_error.hpp>

#include "base/call_order.hpp"
#include "exec/run.hpp"
#include "exec/scope_policy.hpp"
#include "graph/wake_time.hpp"
#include "op/interpreter.hpp"
#include "transform/batch_settings.hpp"
#include "transform/batch_state.hpp"
#include "transform/batch_windows.hpp"

namespace ember::xcs {
namespace {

/// One of the lanes on which the calls of a batch are made; the batch is its input.
class LaneOperator final : public Operator<> {
 public:
  [[nodiscard]] std::string name() const override { return "lane"; }
  Value forward(const Value& inputs) const override {
    // The state is shared by all lanes: what a Value holds is not written to by others.
    const_cast<BatchState*>(inputs.native_if<BatchState>())->run_lane();
    return {};
  }
};

/// True when nothing is asked for that only a run keeps.
bool can_run_here(const Batch& batch, const EffectiveOptions& settings) {
  if (settings.are_own || batch.settings().timeout_seconds || Run::is_deadline_left()) return false;
  const CallPolicy* policy = CallPolicy::current();
  if (policy && policy != Run::current_policy()) return false;
  const Interpreter* interpreter = Interpreter::current();
  return !interpreter || interpreter->is_observer();
}

class LaneRun {
 public:
  LaneRun(const OpReference& op, const std::shared_ptr<const Batch>& batch, bool keeps_going,
          BatchMemory& memory)
      : batch_(*batch),
        settings_(call_settings(batch->settings())),
        is_sequential_(is_one_by_one(*settings_.options)),
        memory_(memory),
        state_(std::make_shared<BatchState>(op, batch, keeps_going, !is_simulated())) {}

  BatchOutcome run() {
    if (!is_done_here()) {
      if (std::optional<BatchOutcome> partial = run_lanes()) return std::move(*partial);
    }
    if (state_->cost() > 0) memory_.note_cost(state_->cost());
    return state_->outcome();
  }

 private:
  static bool is_simulated() { return Executor::current()->is_simulated(); }

  /// True when all calls take less time than it takes to wake somebody for them, as last measured.
  [[nodiscard]] bool is_cheap() const {
    return !is_simulated() && memory_.cost() > 0 && memory_.cost() * state_->units() < wake_nanoseconds;
  }

  /// Makes the calls on this thread where that is as good as anything else.
  bool is_done_here() {
    if (!can_run_here(batch_, settings_)) return false;
    const bool is_in_order = is_sequential_ || state_->units() <= 1;
    if (!is_in_order && !is_cheap()) return false;
    if (state_->run_in_order(!is_in_order)) return true;
    if (Context::current().stop_requested()) throw ExecutionStoppedError();
    return false;
  }

  std::optional<BatchOutcome> run_lanes() {
    RunRequest request;
    request.plan = memory_.lanes(lane_count());
    request.inputs = Value::native(state_, native_type_of<BatchState>());
    request.settings = run_settings(settings_, time_limit(batch_.settings(), *settings_.options), true);
    request.stop_token = state_->decided();
    request.is_transparent = true;
    const Ref<Run> run = Run::create(std::move(request));
    state_->set_deadline(run->own_deadline());
    run->run_to_end();
    if (state_->decided().stop_requested()) return std::nullopt;
    try {
      (void)run->results();
    } catch (const ExecutionTimeoutError& late) {
      ExecutionTimeoutError error = state_->timeout(late.timeout_seconds());
      if (!batch_.settings().keeps_partial) throw error;
      return state_->partial_outcome(std::make_exception_ptr(std::move(error)));
    }
    return std::nullopt;
  }

  [[nodiscard]] std::size_t lane_count() const {
    if (is_sequential_ || is_cheap()) return 1;
    std::size_t count = std::min(BatchState::most_lanes, state_->units());
    if (batch_.settings().window > 0) count = std::min(count, batch_.settings().window);
    if (const auto workers = settings_.options->max_workers) {
      count = std::min(count, static_cast<std::size_t>(*workers));
    }
    return count;
  }

  const Batch& batch_;
  const EffectiveOptions settings_;
  const bool is_sequential_;
  BatchMemory& memory_;
  const std::shared_ptr<BatchState> state_;
};

}  // namespace

std::shared_ptr<const Plan> BatchMemory::lanes(std::size_t count) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const Plan>& plan = plans_[count];
  if (!plan) plan = Plan::of_calls(Op<>(LaneOperator()).reference(), count, InputRecipe::Form::run_inputs);
  return plan;
}

BatchOutcome run_batch(const OpReference& op, const std::shared_ptr<const Batch>& batch, bool keeps_going,
                       BatchMemory& memory) {
  if (batch->size() == 0) return {};
  // Which of the ways below is taken may differ from process to process.
  const UnorderedScope unordered;
  if (op.target->is_async() && !op.target->has_batch()) return run_windows(op, batch, keeps_going);
  return LaneRun(op, batch, keeps_going, memory).run();
}

void start_batch(const OpReference& op, const std::shared_ptr<const Batch>& batch, const Context& context,
                 std::function<void(Result<BatchOutcome>)> done) {
  start_windows(op, batch, context, std::move(done));
}

}  // namespace ember::xcs
