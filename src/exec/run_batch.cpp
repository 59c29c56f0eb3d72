// Batches: several nodes of one operator as one call of its `forward_batch`.
#include <algorithm>

#include "base/current_context.hpp"
#include "exec/run.hpp"
#include "exec/scope_policy.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {

/// What becomes of the nodes of one batch. Works without the lock.
class Run::Batch {
 public:
  Batch(const Run& run, const std::vector<std::uint32_t>& nodes)
      : run_(run), nodes_(nodes), outcomes_(nodes.size()) {}

  struct Outcome {
    Value output;
    std::exception_ptr error;
    bool was_started = true;
  };

  void run() {
    read_inputs();
    if (valid_.empty()) return;
    try {
      std::vector<Value> results = call();
      for (std::size_t i = 0; i < results.size(); ++i) {
        outcomes_[valid_[i]].output = std::move(results[i]);
      }
    } catch (...) {
      call_one_by_one(std::current_exception());
    }
  }
  [[nodiscard]] Outcome& outcome(std::size_t position) noexcept { return outcomes_[position]; }

 private:
  void read_inputs() {
    const OperatorBase& target = *run_.plan_->node(nodes_.front()).target;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      try {
        Value input = run_.plan_->input_of(nodes_[i], run_.inputs_, run_.outputs_.data());
        inputs_.push_back(checked_input(target, input));
        valid_.push_back(i);
      } catch (...) {
        outcomes_[i].error = std::current_exception();
      }
    }
  }

  [[nodiscard]] std::vector<Value> call() const {
    if (!run_.policy_) return run_batch_call(*run_.plan_->node(nodes_.front()).target, inputs_);
    std::vector<const OpReference*> references;
    for (const std::size_t i : valid_) references.push_back(&run_.plan_->reference(nodes_[i]));
    return run_.policy_->call_batch(references, inputs_);
  }

  /// Which call a failure belongs to, only the calls themselves can tell.
  void call_one_by_one(const std::exception_ptr& failure) {
    if (valid_.size() == 1) {
      outcomes_[valid_.front()].error = failure;
      return;
    }
    bool has_failed = false;
    for (std::size_t i = 0; i < valid_.size(); ++i) {
      Outcome& outcome = outcomes_[valid_[i]];
      const std::uint32_t node = nodes_[valid_[i]];
      outcome.was_started = !run_.is_over_ && node <= run_.first_error_ && !has_failed;
      if (!outcome.was_started) continue;
      try {
        outcome.output = run_.call_node(node, inputs_[i]);
      } catch (...) {
        outcome.error = std::current_exception();
        has_failed = *run_.options_->fail_fast;
      }
    }
  }

  const Run& run_;
  const std::vector<std::uint32_t>& nodes_;
  std::vector<Outcome> outcomes_;
  /// Positions of the nodes that have an input, and these inputs.
  std::vector<std::size_t> valid_;
  std::vector<Value> inputs_;
};

void Run::execute_batch(Lock& lock, const std::vector<std::uint32_t>& nodes) {
  if (nodes.size() == 1) return execute_leaf(lock, nodes.front());
  submit_helpers(lock, helpers_wanted(nodes.front()));
  for (const std::uint32_t node : nodes) note_start(node);
  lock.unlock();
  Batch batch(*this, nodes);
  {
    const FrameScope frame(this, nodes.front());
    for (const std::uint32_t node : nodes) announce(node);
    const TimePoint begin = is_measured_ ? std::chrono::steady_clock::now() : TimePoint();
    // The usage of a batch can not be told apart: it counts for its first node.
    const MeterScope meter(*this, nodes.front());
    const ContextScope scope(context_of(nodes.front()));
    batch.run();
    for (std::size_t i = 0; i < nodes.size() && is_measured_; ++i) note_time(nodes[i], begin);
  }
  lock.lock();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Batch::Outcome& outcome = batch.outcome(i);
    if (!outcome.was_started) {
      put_back(nodes[i]);
    } else {
      finish(nodes[i], std::move(outcome.output), std::move(outcome.error));
    }
  }
}

}  // namespace ember::xcs
