// How the nodes of a run are executed: one by one, in batches, or in a loop without locks.
#include <algorithm>

#include "base/thread_number.hpp"
#include "exec/run.hpp"
#include "exec/scope_policy.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {

void Run::execute(Lock& lock, std::uint32_t node) {
  if (is_wave_ && plan_->node(node).target->has_batch()) {
    execute_batch(lock, take_batch(node));
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

/// Inside: the model calls of a node are counted for it.
class Run::MeterScope {
 public:
  MeterScope(const Run& run, std::uint32_t node) {
    if (!run.stats_.empty()) scope_.emplace(Ambient::current().with(AmbientSlot::span, run.meters_[node]));
  }

 private:
  std::optional<AmbientScope> scope_;
};

Value Run::call_node(std::uint32_t node, const Value& input) const {
  return policy_ ? policy_->call(plan_->reference(node), input) : run_call(*plan_->node(node).target, input);
}

void Run::start_node(std::uint32_t node, const Value& input, const Context& context) {
  CompletionCallback done(*this, node);
  if (policy_) {
    policy_->start(plan_->reference(node), input, context, std::move(done));
  } else {
    start_call(*plan_->node(node).target, input, context, std::move(done));
  }
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
      start_node(node, input, context);
    } else {
      output = call_node(node, input);
    }
  } catch (...) {
    error = std::current_exception();
  }
  if (is_measured_) {
    plan_->note_cost(node, static_cast<std::uint64_t>((std::chrono::steady_clock::now() - begin).count()));
  }
  lock.lock();
  if (!is_started) finish(node, std::move(output), std::move(error));
}

std::vector<Value> Run::call_batch(const std::vector<std::uint32_t>& nodes,
                                   const std::vector<Value>& inputs) const {
  const OperatorBase& target = *plan_->node(nodes.front()).target;
  if (!policy_) return run_batch_call(target, inputs);
  std::vector<const OpReference*> references;
  for (const std::uint32_t node : nodes) references.push_back(&plan_->reference(node));
  return policy_->call_batch(references, inputs);
}

void Run::execute_batch(Lock& lock, const std::vector<std::uint32_t>& nodes) {
  const OperatorBase& target = *plan_->node(nodes.front()).target;
  for (const std::uint32_t node : nodes) note_start(node);
  lock.unlock();
  const FrameScope frame(this, nodes.front());
  for (const std::uint32_t node : nodes) announce(node);
  std::vector<Value> inputs;
  std::vector<std::uint32_t> valid;
  std::vector<Value> outputs(nodes.size());
  std::vector<std::exception_ptr> errors(nodes.size());
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    try {
      inputs.push_back(checked_input(target, plan_->input_of(nodes[i], inputs_, outputs_.data())));
      positions.push_back(i);
      valid.push_back(nodes[i]);
    } catch (...) {
      errors[i] = std::current_exception();
    }
  }
  try {
    // The usage of a batch can not be told apart: it counts for its first node.
    const MeterScope meter(*this, nodes.front());
    const ContextScope scope(context_of(nodes.front()));
    if (!valid.empty()) {
      std::vector<Value> results = call_batch(valid, inputs);
      for (std::size_t i = 0; i < results.size(); ++i) outputs[positions[i]] = std::move(results[i]);
    }
  } catch (...) {
    for (const std::size_t position : positions) errors[position] = std::current_exception();
  }
  lock.lock();
  for (std::size_t i = 0; i < nodes.size(); ++i)
    finish(nodes[i], std::move(outputs[i]), std::move(errors[i]));
}

void Run::run_inline() {
  const AmbientScope ambient(ambient_);
  const ContextScope context(*context_);
  for (std::uint32_t node = 0; node < plan_->size(); ++node) {
    if (stop_.stop_requested()) break;
    run_inline_node(node);
    if (first_error_ != no_node) break;
  }
  const Lock lock(mutex_);
  if (!is_over_) end(End::finished);
}

void Run::run_inline_node(std::uint32_t node) {
  if (plan_->node(node).is_check) {
    if (pass_check(node) && !stats_.empty()) note_successors(node);
    return;
  }
  const FrameScope frame(this, node);
  announce(node);
  note_start(node);
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
