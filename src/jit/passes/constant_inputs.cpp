// Constant inputs: what does not depend on the input of the run is put together when the plan is made. Calls
// are not made then: a pure operator's answer is kept by the first run that comes to it.
#include <algorithm>
#include <cstddef>
#include <exception>
#include <vector>

#include "graph/binding_store.hpp"
#include "jit/passes/program_passes.hpp"

namespace ember::xcs {
namespace {

using Form = Binding::Form;

bool is_literal(const Binding& binding) {
  return binding.form == Form::literal;
}

void fold(Binding& binding, PassReport& report) {
  if (binding.parts.empty()) return;
  for (auto& [name, part] : binding.parts) fold(part, report);
  if (!std::all_of(binding.parts.begin(), binding.parts.end(),
                   [](const auto& part) { return is_literal(part.second); })) {
    return;
  }
  try {
    binding = Binding::of_literal(evaluate(binding, {}, nullptr));
    ++report.folded_inputs;
  } catch (const std::exception&) {
    return;  // It fails in every run, where plain execution fails.
  }
}

/// Answers of operators whose state may change must not be kept.
bool may_keep(const OperatorBase& target) {
  return target.is_pure() && !target.is_stochastic() && !target.is_composite() &&
         target.state_signature().empty();
}

bool is_constant(const CompositeProgram& program, const Binding& binding) {
  if (binding.form == Form::graph_input) return false;
  if (binding.form == Form::node && !program.steps[binding.node].is_constant) return false;
  return std::all_of(binding.parts.begin(), binding.parts.end(),
                     [&](const auto& part) { return is_constant(program, part.second); });
}

}  // namespace

void fold_constant_inputs(CompositeProgram& program, PassReport& report) {
  for (RecordedStep& step : program.steps) fold(step.binding, report);
}

void keep_constant_answers(CompositeProgram& program, PassReport& report) {
  std::vector<bool> keeps;
  for (std::uint32_t op = 0; op < program.operators->size(); ++op)
    keeps.push_back(may_keep(*(*program.operators)[op].target));
  for (RecordedStep& step : program.steps) {
    if (step.is_guard || step.is_removed() || !keeps[step.op] || !is_constant(program, step.binding))
      continue;
    step.is_constant = true;
    ++report.kept_answers;
  }
}

}  // namespace ember::xcs
