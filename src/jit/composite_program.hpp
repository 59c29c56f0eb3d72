// CompositeProgram: the calls of a composite as they were written down, and the plan that is made of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include <ember/binding.hpp>
#include <ember/plan_passes.hpp>

#include "graph/plan.hpp"
#include "jit/composite_table.hpp"
#include "jit/input_structure.hpp"
#include "jit/passes/pass_report.hpp"
#include "jit/signatures.hpp"

namespace ember::xcs {

/// The operators of a program under the names of their calls, each once. Their addresses do not change.
class OperatorTable {
 public:
  /// The position of `op`, which is added when it is new.
  std::uint32_t add(const OpReference& op);
  [[nodiscard]] const OpReference& operator[](std::uint32_t position) const noexcept {
    return operators_[position];
  }
  [[nodiscard]] std::size_t size() const noexcept { return operators_.size(); }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  std::deque<OpReference> operators_;
  /// The first position of an operator, and from each the next of the same operator under another name.
  std::unordered_map<const OperatorBase*, std::uint32_t> first_;
  std::vector<std::uint32_t> next_;
  std::uint32_t latest_ = none;
};

/// One call that was written down.
struct RecordedStep {
  static constexpr std::uint32_t none = UINT32_MAX;

  /// Position in `CompositeProgram::operators`.
  std::uint32_t op = 0;
  /// Node numbers are positions of earlier steps.
  Binding binding = {};
  /// Earlier steps that it waits for although no data flows.
  std::vector<std::uint32_t> after = {};
  /// Not a call of forward: it must stay, and so must all that waits for it wait.
  bool is_guard = false;

  // What passes decide.
  /// Nothing needs it.
  bool is_dropped = false;
  /// Its input is the same in every run, and so is its answer.
  bool is_constant = false;
  /// The earlier step that stands for it; its inputs are the same.
  std::uint32_t merged_into = none;

  [[nodiscard]] bool is_removed() const noexcept { return is_dropped || merged_into != none; }
};

/// In program order.
struct CompositeProgram {
  std::shared_ptr<OperatorTable> operators = std::make_shared<OperatorTable>();
  std::vector<RecordedStep> steps = {};
  Binding answer = {};
  /// Look-ups that plain execution makes, whether or not something uses them.
  std::vector<Binding> look_ups = {};
  std::vector<StructureFact> facts = {};
  /// Of the composites that were laid open.
  std::vector<SignatureFact> signatures = {};
};

/// A call that another one stands for.
struct MergedCall {
  /// The node of that one.
  std::uint32_t node = 0;
  /// Its own place in program order.
  std::uint32_t position = 0;
  OpReference op;
};

/// A composite as a plan, for every input that answers `facts` in the same way, as long as `signatures` hold.
struct RecordedPlan {
  std::shared_ptr<const Plan> plan = {};
  /// In the bindings of the plan.
  BindingStore::Place answer = 0;
  /// Look-ups that nothing else makes. Plain execution fails when one of them does.
  std::vector<BindingStore::Place> checks = {};
  std::vector<StructureFact> facts = {};
  std::vector<SignatureFact> signatures = {};
  /// In the order of `node`.
  std::vector<MergedCall> merged = {};
  PassReport report = {};
};

/// Compiles `program` for the executed forms of its operators in `table`, after the passes that are chosen.
RecordedPlan compile_program(CompositeProgram program, CompositeTable& table, const PlanPasses& passes);

}  // namespace ember::xcs
