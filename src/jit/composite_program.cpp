#include "jit/composite_program.hpp"

#include <algorithm>
#include <utility>

#include "graph/plan_builder.hpp"
#include "jit/kept_answer.hpp"
#include "jit/passes/program_passes.hpp"

namespace ember::xcs {
namespace {

/// The plan of a program. Steps come after all that they need: their order is that of the plan.
class ProgramCompiler {
 public:
  ProgramCompiler(CompositeProgram& program, CompositeTable& table)
      : program_(program),
        table_(table),
        builder_(program.steps.size()),
        numbers_(program.steps.size(), none),
        latest_user_(program.steps.size(), none) {
    for (std::uint32_t op = 0; op < program.operators->size(); ++op)
      builder_.add_reference(table.executed((*program.operators)[op]));
  }

  RecordedPlan compile(const PlanPasses& passes) {
    for (std::uint32_t step = 0; step < program_.steps.size(); ++step) add_step(step);
    recorded_.answer = builder_.add_binding(program_.answer, numbers_.data());
    for (const Binding& check : program_.look_ups)
      recorded_.checks.push_back(builder_.add_binding(check, numbers_.data()));
    recorded_.facts = std::move(program_.facts);
    recorded_.signatures = std::move(program_.signatures);
    std::sort(recorded_.merged.begin(), recorded_.merged.end(),
              [](const MergedCall& left, const MergedCall& right) { return left.node < right.node; });
    recorded_.plan = builder_.finish(passes);
    return std::move(recorded_);
  }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  void add_step(std::uint32_t number) {
    const RecordedStep& step = program_.steps[number];
    if (step.merged_into != RecordedStep::none) {
      numbers_[number] = numbers_[step.merged_into];
      // It may have been dropped after all.
      if (numbers_[number] != none)
        recorded_.merged.push_back({numbers_[number], number, (*program_.operators)[step.op]});
    }
    if (step.is_removed()) {
      is_renumbered_ = true;
      return;
    }
    before_.clear();
    collect(step.binding, number);
    for (const std::uint32_t other : step.after) add_before(other, number);
    const InputRecipe input = builder_.step_recipe(step.binding, numbers_.data());
    numbers_[number] = builder_.add_node(reference_of(step), input, before_, step.is_guard);
    if (is_renumbered_) builder_.place_node(number);
  }

  [[nodiscard]] std::uint32_t reference_of(const RecordedStep& step) {
    if (!step.is_constant) return step.op;
    return builder_.add_reference(with_kept_answer(table_.executed((*program_.operators)[step.op])));
  }

  void collect(const Binding& binding, std::uint32_t user) {
    if (binding.form == Binding::Form::node) add_before(static_cast<std::uint32_t>(binding.node), user);
    for (const auto& [name, part] : binding.parts) collect(part, user);
  }

  void add_before(std::uint32_t step, std::uint32_t user) {
    const RecordedStep& other = program_.steps[step];
    if (other.is_removed()) {
      // What it waited for comes before the user all the same.
      for (const std::uint32_t further : other.after) add_before(further, user);
      if (other.merged_into != RecordedStep::none) add_before(other.merged_into, user);
      return;
    }
    if (latest_user_[step] == user) return;
    latest_user_[step] = user;
    before_.push_back(numbers_[step]);
  }

  CompositeProgram& program_;
  CompositeTable& table_;
  PlanBuilder builder_;
  RecordedPlan recorded_;
  /// By step: its node, or that of the step that stands for it.
  std::vector<std::uint32_t> numbers_;
  /// By step: the latest one that it was noted for as a predecessor.
  std::vector<std::uint32_t> latest_user_;
  std::vector<std::uint32_t> before_;
  bool is_renumbered_ = false;
};

}  // namespace

std::uint32_t OperatorTable::add(const OpReference& op) {
  const auto is_at = [&](std::uint32_t position) {
    return operators_[position].target == op.target && operators_[position].label == op.label;
  };
  if (latest_ != none && is_at(latest_)) return latest_;
  const auto added = static_cast<std::uint32_t>(operators_.size());
  const auto [first, is_new] = first_.try_emplace(op.target.get(), added);
  std::uint32_t last = none;
  for (std::uint32_t at = is_new ? none : first->second; at != none; last = at, at = next_[at]) {
    if (is_at(at)) return latest_ = at;
  }
  if (last != none) next_[last] = added;
  operators_.push_back(op);
  next_.push_back(none);
  return latest_ = added;
}

RecordedPlan compile_program(CompositeProgram program, CompositeTable& table, const PlanPasses& passes) {
  const PassReport report = run_passes(program, passes);
  RecordedPlan recorded = ProgramCompiler(program, table).compile(passes);
  recorded.report = report;
  return recorded;
}

}  // namespace ember::xcs
