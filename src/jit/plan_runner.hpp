// Running a recorded composite, with the outcome of plain execution.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "exec/effective_options.hpp"
#include "jit/composite_program.hpp"
#include "jit/dataflow.hpp"

namespace ember::xcs {

struct PlanRequest {
  const RecordedPlan* recorded = nullptr;
  /// Where it is noted that all nodes together take less time than waking a thread.
  std::atomic<bool>* is_cheap = nullptr;
  EffectiveOptions settings;
  Overlap overlap = Overlap::automatic;
};

/// One run of a recorded composite, up to its answer or to the first thing that fails.
class PlanAttempt {
 public:
  /// Lifetime of both: that of the attempt.
  PlanAttempt(const PlanRequest& request, const Value& input);

  /// The answer; nothing when a call, a look-up or a check has failed.
  [[nodiscard]] std::optional<Value> run();

  // After a failure:
  /// The calls that have ended, in program order.
  [[nodiscard]] std::vector<KnownOutcome> take_known();
  /// The step that failed, when that is a check and the first one to fail: all before it have ended well.
  [[nodiscard]] std::optional<std::size_t> failed_check() const noexcept { return failed_check_; }
  /// What the steps before the failed check gave; nothing where passes took a call out.
  [[nodiscard]] const std::vector<std::optional<Value>>& outputs() const noexcept { return outputs_; }

 private:
  /// An outcome, and its place in program order.
  struct Known {
    std::uint32_t position;
    KnownOutcome outcome;
  };

  [[nodiscard]] bool can_run_inline() const;
  std::optional<Value> run_inline();
  std::optional<Value> run_with_engine();
  void know(std::size_t node, const Value* outputs, std::optional<Value> output, std::exception_ptr error);
  void know_merged(std::uint32_t node, const Value& input, const Value& output);
  void know_failure(std::size_t node, const Value* outputs, const std::exception_ptr& error);
  std::optional<Value> checked_answer(const Value* outputs);

  const PlanRequest& request_;
  const RecordedPlan& recorded_;
  const Plan& plan_;
  const Value& input_;
  std::vector<Known> known_;
  std::optional<std::size_t> failed_check_;
  std::vector<std::optional<Value>> outputs_;
};

/// The options for a plan alone: the first failure ends it. Operators see those of the caller.
EffectiveOptions failing_fast(const EffectiveOptions& settings, Overlap overlap);
/// The same for the calls of a dataflow session, each of which is a plan of its own.
std::shared_ptr<const ExecutionOptions> options_of_calls(const EffectiveOptions& settings, Overlap overlap);

/// What `target.call(arguments)` gives or throws. `table`: that of the operator whose plan it is.
Value run_compiled(const PlanRequest& request, const OperatorBase& target,
                   const std::shared_ptr<CompositeTable>& table, const Value& arguments);

}  // namespace ember::xcs
