// JitOperator: what `jit` makes: an operator that runs another one with overlap.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <ember/cost_analysis.hpp>
#include <ember/jit_options.hpp>
#include <ember/jit_stats.hpp>
#include <ember/op.hpp>

#include "exec/effective_options.hpp"
#include "jit/composite_table.hpp"
#include "jit/composition.hpp"
#include "jit/dataflow.hpp"
#include "jit/inner_settings.hpp"
#include "jit/jit_metrics.hpp"
#include "jit/plan_cache.hpp"

namespace ember::xcs {

enum class JitMode { automatic, structural, trace, enhanced };
enum class JitStrategy { automatic, parallel, sequential };

/// Throws InvalidArgumentError listing the valid names.
JitMode jit_mode_of(const std::string& name);
JitStrategy jit_strategy_of(const std::string& name);

/// A leaf to everybody else. Thread-safe.
class JitOperator : public OperatorBase, public BoundedOperator {
 public:
  JitOperator(OpReference target, JITOptions options, bool is_structural_jit);

  [[nodiscard]] std::string name() const override { return target_.target->name(); }
  [[nodiscard]] const OperatorBase* original() const noexcept override { return target_.target.get(); }
  [[nodiscard]] InputForm input_form() const noexcept override { return target_.target->input_form(); }
  [[nodiscard]] bool is_pure() const override { return target_.target->is_pure(); }
  [[nodiscard]] bool never_fails() const override { return target_.target->never_fails(); }
  [[nodiscard]] bool takes_any_input() const noexcept override { return target_.target->takes_any_input(); }
  [[nodiscard]] bool is_stochastic() const override {
    return options_.preserve_stochasticity || target_.target->is_stochastic();
  }
  [[nodiscard]] bool prefers_gpu() const override { return target_.target->prefers_gpu(); }
  [[nodiscard]] std::string state_signature() const override { return target_.target->state_signature(); }
  [[nodiscard]] const Specification* specification() const override {
    return target_.target->specification();
  }
  [[nodiscard]] std::string structure_signature() const override {
    return target_.target->structure_signature();
  }
  [[nodiscard]] std::size_t arity() const noexcept override { return target_.target->arity(); }
  [[nodiscard]] bool has_columns() const noexcept override {
    return !target_.target->is_composite() && target_.target->has_columns();
  }
  [[nodiscard]] Value call(const Value& arguments) const override;
  [[nodiscard]] Value call_columns(const Columns& columns) const override;
  void note_refused_input() const noexcept override;

  /// Compiles for `sample_input`, when there is one.
  void compile_sample();

  [[nodiscard]] const OpReference& target() const noexcept { return target_; }
  [[nodiscard]] JitStats stats() const;
  [[nodiscard]] std::string explain() const;
  /// By the plan that was used last. Throws InvalidArgumentError when there is none.
  [[nodiscard]] CostAnalysis cost_analysis() const;
  [[nodiscard]] XCSGraph plan_graph() const;
  [[nodiscard]] CallBound call_bound() const override;
  void set_enabled(bool is_enabled) noexcept { is_enabled_.store(is_enabled, std::memory_order_relaxed); }
  void clear_plans() { cache_.clear(); }

 protected:
  using Compiled = std::shared_ptr<const CompiledPlan>;

  [[nodiscard]] bool runs_plainly() const noexcept;
  /// `forward_batch` of a leaf.
  [[nodiscard]] std::vector<Value> call_batch(const std::vector<Value>& inputs) const;
  /// The plan for an input, counted as hit or miss.
  [[nodiscard]] Compiled compiled_for(const Value& arguments) const;
  [[nodiscard]] JitMetrics& metrics() const noexcept { return metrics_; }
  [[nodiscard]] const InnerSettings& inner() const noexcept { return inner_; }

 private:
  /// How the last call ran; null before the first.
  [[nodiscard]] Compiled latest() const;
  /// Empty when every call found its plan.
  [[nodiscard]] std::string last_miss_reason() const;
  /// That of `used`, which may be null: of a traced one, that of its latest trace. Null when there is none.
  [[nodiscard]] static std::shared_ptr<const Plan> plan_of(const CompiledPlan* used);
  /// Throws InvalidArgumentError that says why `used`, which may be null, has no plan.
  [[noreturn]] void throw_no_plan(const CompiledPlan* used) const;
  [[nodiscard]] PlanKey key_of(const Value& arguments) const;
  [[nodiscard]] Compiled compile(PlanKey key, const Value& arguments) const;
  void record(CompiledPlan& compiled, const Value& arguments, std::uint64_t& tracing_time) const;
  void compile_steps(CompiledPlan& compiled, CompositeProgram program) const;
  void fall_back(CompiledPlan& compiled) const;
  [[nodiscard]] Value run(const CompiledPlan& compiled, const Value& arguments) const;
  [[nodiscard]] Value run_forward(const Value& arguments, const EffectiveOptions& settings,
                                  Overlap overlap) const;
  [[nodiscard]] Overlap overlap_of(const CompiledPlan& compiled, const ExecutionOptions& options) const;
  /// What `parallel_threshold` lets run one by one.
  [[nodiscard]] bool is_too_small(const CompiledPlan& compiled) const;
  void note_last(const Compiled& compiled, std::string miss_reason) const;

  const OpReference target_;
  const JITOptions options_;
  const JitMode mode_;
  const JitStrategy strategy_;
  const bool is_structural_jit_;
  const InnerSettings inner_;
  const Composition composition_;
  const std::shared_ptr<CompositeTable> table_;
  std::atomic<bool> is_enabled_ = true;
  mutable PlanCache cache_;
  mutable JitMetrics metrics_;
  mutable std::atomic<bool> was_warned_ = false;

  mutable std::mutex last_mutex_;
  mutable Compiled last_;
  mutable std::string last_miss_reason_;
};

/// The jitted form of a leaf that waits: it holds no thread either.
class JitAsyncOperator : public JitOperator {
 public:
  using JitOperator::JitOperator;
  void forward_async(Value inputs, Context context, Completion done) const override;
};

/// The jitted form of a leaf that takes several calls at once: so does this one.
template <class Made>
class JitBatchOperator final : public Made {
 public:
  using Made::Made;
  std::vector<Value> forward_batch(const std::vector<Value>& inputs) const override {
    return this->call_batch(inputs);
  }
};

/// The jit object behind `op`. Throws InvalidArgumentError when there is none.
const JitOperator& jit_operator_of(const OpReference& op);
/// True inside a scope of `disable_structural_jit`.
bool is_structural_jit_paused() noexcept;

}  // namespace ember::xcs
