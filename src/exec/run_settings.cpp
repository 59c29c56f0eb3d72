// What a run is set up with: its clock and deadline, devices, schedule, bounds, and what is measured.
#include <algorithm>

#include "base/current_context.hpp"
#include "exec/device_placement.hpp"
#include "exec/run.hpp"
#include "exec/scope_policy.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {
namespace {

/// True for a device that is none of the machine's own.
bool is_logical(const std::string& device) {
  return device != "cpu" && device.rfind("gpu", 0) != 0;
}

}  // namespace

void Run::set_up_time() {
  const Context* outer = current_context();
  const TimePoint outer_deadline = outer ? outer->deadline() : TimePoint::max();
  const std::shared_ptr<Clock> clock = executor_->clock();
  start_ = clock->now();
  if (options_->timeout_seconds && !leaves_deadline_)
    deadline_ = time_after(start_, from_seconds(*options_->timeout_seconds));
  has_own_deadline_ = deadline_ < outer_deadline;
  deadline_ = std::min(deadline_, outer_deadline);
  const std::string& strategy = *options_->device_strategy;
  is_placed_by_operator_ = strategy == "auto";
  if (is_placed_by_operator_ && !plan_->has_gpu_node()) {
    context_.emplace(clock, deadline_, stop_.get_token(), "cpu");
    return;
  }
  std::vector<std::string> devices = {"cpu"};
  if (!is_placed_by_operator_) {
    devices = placement(strategy);
  } else {
    for (std::string& device : placement(strategy)) devices.push_back(std::move(device));
  }
  // What runs inside a node stays where the node is, when that is one of the places.
  if (outer && std::find(devices.begin(), devices.end(), outer->device()) != devices.end()) {
    devices = {outer->device()};
  }
  context_.emplace(clock, deadline_, stop_.get_token(), devices.front());
  if (devices.size() == 1) return;
  for (std::string& device : devices) {
    device_contexts_.emplace_back(clock, deadline_, stop_.get_token(), std::move(device));
  }
}

void Run::set_up_devices(const std::vector<std::string>& devices) {
  if (devices.empty()) {
    // A device that only a mesh knows holds for all that runs on it.
    const Context* outer = current_context();
    if (!is_placed_by_operator_ || !outer || !is_logical(outer->device())) return;
    context_.emplace(context_->clock(), deadline_, stop_.get_token(), outer->device());
    device_contexts_.clear();
    return;
  }
  is_placed_by_operator_ = false;
  device_contexts_.clear();
  for (const std::string& device : devices) {
    device_contexts_.emplace_back(context_->clock(), deadline_, stop_.get_token(), device);
  }
}

const Context& Run::context_of(std::uint32_t node) const noexcept {
  if (device_contexts_.empty()) return *context_;
  if (!is_placed_by_operator_) return device_contexts_[node % device_contexts_.size()];
  if (!plan_->node(node).target->prefers_gpu()) return *context_;
  return device_contexts_[1 + node % (device_contexts_.size() - 1)];
}

void Run::set_up_schedule() {
  const SchedulerKind kind = options_->scheduler ? options_->scheduler->kind() : SchedulerKind::automatic;
  const bool is_automatic = kind == SchedulerKind::automatic;
  const bool is_narrow = plan_->width() <= 1;
  is_simulated_ = executor_->is_simulated();
  is_sequential_ = is_one_by_one(*options_) || (is_automatic && is_narrow && !on_over_);
  is_wave_ = !is_sequential_ && kind == SchedulerKind::wave;
  if (!is_sequential_) set_up_order(is_automatic);
  const std::string& executor = *options_->executor;
  is_threaded_ = executor == "thread";
  is_caller_free_ = has_own_deadline_ || executor != "auto";
}

void Run::set_up_order(bool is_automatic) {
  const PlanSchedule& schedule = plan_->schedule();
  // Measured times would make simulations differ from run to run, and tell nothing of nodes that share out
  // calls.
  is_measured_ = !is_simulated_ && !is_transparent_ && plan_->begin_run(executor_->parallelism());
  is_advised_inline_ =
      is_automatic && !is_simulated_ && !on_over_ && schedule.advice() == PlanSchedule::Advice::one_by_one;
  if (!is_wave_) ready_.set_ranks(schedule.ranks(*plan_, !is_simulated_));
  for (const auto& group : schedule.groups()) {
    group_missing_.push_back(static_cast<std::uint32_t>(group.size()));
  }
  if (!is_measured_) return;
  for (std::size_t node = 0; node < plan_->size(); ++node) {
    if (!plan_->node(node).target->is_async()) continue;
    starts_.resize(plan_->size());
    break;
  }
}

void Run::set_up_settings(bool are_own) {
  if (are_own) {
    ambient_ = ambient_.with(AmbientSlot::options, options_);
    // All options are set here: where nothing is on, around or inside, calls stay bare.
    if (asks_around_calls(*options_) || CallPolicy::of(ambient_) != nullptr) {
      ambient_ = with_options_around_calls(ambient_, *options_);
    }
  }
  if (const auto* interpreter = ambient_.get<void>(AmbientSlot::interpreter); interpreter != nullptr) {
    const AmbientScope scope(ambient_);
    if (!Interpreter::current()->is_observer()) {
      Interpreter::current()->note_run();
      ambient_ = ambient_.with(AmbientSlot::interpreter, nullptr);
    }
  }
  if (const std::optional<int> workers = workers_of(*options_)) {
    ambient_ = with_max_workers(ambient_, static_cast<std::size_t>(*workers));
  }
  limiter_ = limiter_of(ambient_);
  if (limiter_) permits_.assign(plan_->size(), false);
}

void Run::set_up_measuring() {
  policy_ = static_cast<const ScopePolicy*>(CallPolicy::of(ambient_));
  if (policy_ && policy_->is_traced() && !is_option_traced(ambient_)) {
    const AmbientScope scope(ambient_);
    trace_.emplace(OptionTrace::Publish::by_hand);
    ambient_ = trace_->within(ambient_);
  }
  if (!*options_->collect_metrics) return;
  stats_.resize(plan_->size());
  meters_.resize(plan_->size());
}

}  // namespace ember::xcs
