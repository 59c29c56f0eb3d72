// How the nodes of a run are executed: one by one, or in a loop without locks.
#include <algorithm>

#include "base/thread_number.hpp"
#include "exec/coarse_clock.hpp"
#include "exec/run.hpp"
#include "exec/scope_policy.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {

void Run::execute(Lock& lock, std::uint32_t node) {
  if (group_of(node) != PlanSchedule::no_group) {
    execute_batch(lock, take_batch(node));
  } else if (may_stretch(node)) {
    execute_stretch(lock, node);
  } else {
    execute_leaf(lock, node);
  }
  if (surplus_permits_ > 0) release_permits(lock, true);
}

void Run::announce(std::uint32_t node) const {
  if (executor_->is_simulated()) executor_->note("start", plan_->display_name(node));
}

void Run::note_start(std::uint32_t node) {
  if (stats_.empty()) return;
  stats_[node].start = seconds();
  stats_[node].thread = thread_number();
  const auto outer = Span::share_current();
  meters_[node] = std::make_shared<const Span>(outer, outer ? outer->tracing() : nullptr,
                                               outer ? outer->place() : std::nullopt);
}

Value Run::call_node(std::uint32_t node, const Value& input) const {
  if (!policy_ || is_transparent_) return run_call(*plan_->node(node).target, input);
  return policy_->call(plan_->reference(node), input);
}

void Run::start_node(std::uint32_t node, const Value& input, const Context& context) {
  CompletionCallback done(*this, node);
  if (policy_) {
    policy_->start(plan_->reference(node), input, context, std::move(done));
  } else {
    start_call(*plan_->node(node).target, input, context, std::move(done));
  }
}

void Run::note_time(std::size_t node, TimePoint begin) const {
  const auto took = std::chrono::steady_clock::now() - begin;
  plan_->note_cost(node, static_cast<std::uint64_t>(std::max<std::int64_t>(0, took.count())));
}

void Run::execute_leaf(Lock& lock, std::uint32_t node) {
  submit_helpers(lock, helpers_wanted(node));
  note_start(node);
  lock.unlock();
  const FrameScope frame(this, node);
  announce(node);
  Value output;
  std::exception_ptr error;
  const TimePoint begin = is_measured_ ? std::chrono::steady_clock::now() : TimePoint();
  bool is_started = false;
  try {
    const MeterScope meter(*this, node);
    const Context& context = context_of(node);
    const ContextScope scope(context);
    const Value input = plan_->input_of(node, inputs_, outputs_.data());
    if (is_asynchronous(node)) {
      is_started = true;
      if (!starts_.empty()) starts_[node] = begin;
      start_node(node, input, context);
    } else {
      output = call_node(node, input);
    }
  } catch (...) {
    error = std::current_exception();
  }
  if (is_measured_ && !is_started) note_time(node, begin);
  lock.lock();
  if (!is_started) finish(node, std::move(output), std::move(error));
}

void Run::run_inline() {
  const std::uint32_t next = run_inline_nodes();
  if (next < plan_->size() && first_error_ == no_node && !stop_.stop_requested()) {
    open_up(next);
    return drive();
  }
  const Lock lock(mutex_);
  was_inline_ = true;
  if (!is_over_) end(End::finished);
}

std::uint32_t Run::run_inline_nodes() {
  const AmbientScope ambient(ambient_);
  const ContextScope context(*context_);
  const Patience patience(std::chrono::nanoseconds(plan_->schedule().expected_work()));
  std::uint32_t node = 0;
  // Often at first, rarely then: looking takes about a fifth of what a trivial node takes.
  std::uint32_t look = is_advised_inline_ ? 1 : no_node;
  while (node < plan_->size() && first_error_ == no_node && !stop_.stop_requested()) {
    run_inline_node(node++);
    if (node != look) continue;
    if (patience.is_over()) break;
    look += std::min(look, 32U);
  }
  return node;
}

void Run::count_down(std::uint32_t node) {
  const PlanNode& plan_node = plan_->node(node);
  const std::uint32_t* successors = plan_->successors(plan_node);
  for (std::uint32_t i = 0; i < plan_node.successor_count; ++i) --missing_[successors[i]];
}

void Run::open_up(std::uint32_t next) {
  plan_->schedule().withdraw_advice();
  const Lock lock(mutex_);
  ready_.clear();
  for (std::uint32_t node = 0; node < next && stats_.empty(); ++node) count_down(node);
  for (std::uint32_t node = next; node < plan_->size(); ++node) {
    if (missing_[node] != 0) continue;
    if (!plan_->node(node).is_check) {
      push_ready(node);
    } else if (pass_check(node)) {
      count_down(node);
    }
  }
}

void Run::run_inline_node(std::uint32_t node) {
  if (plan_->node(node).is_check) {
    if (pass_check(node) && !stats_.empty()) note_successors(node);
    return;
  }
  const FrameScope frame(this, node);
  announce(node);
  note_start(node);
  const TimePoint begin = is_measured_ ? std::chrono::steady_clock::now() : TimePoint();
  try {
    const MeterScope meter(*this, node);
    const ContextScope scope(context_of(node));
    outputs_[node] = call_node(node, plan_->input_of(node, inputs_, outputs_.data()));
    phases_[node] = Phase::finished;
    ++finished_;
  } catch (...) {
    phases_[node] = Phase::failed;
    errors_.emplace_back(node, std::current_exception());
    first_error_ = node;
  }
  if (is_measured_) note_time(node, begin);
  if (stats_.empty()) return;
  note_end(node);
  if (phases_[node] == Phase::finished) note_successors(node);
}

void Run::note_successors(std::uint32_t node) {
  const PlanNode& plan_node = plan_->node(node);
  const std::uint32_t* successors = plan_->successors(plan_node);
  for (std::uint32_t i = 0; i < plan_node.successor_count; ++i) {
    if (--missing_[successors[i]] == 0) stats_[successors[i]].ready = seconds();
  }
}

}  // namespace ember::xcs
