#include "jit/passes/program_passes.hpp"

#include "jit/look_ups.hpp"

namespace ember::xcs {

PassReport run_passes(CompositeProgram& program, const PlanPasses& passes) {
  PassReport report;
  // Inputs that were put together may make calls equal; calls that go need no kept answer.
  if (passes.constant_inputs) fold_constant_inputs(program, report);
  if (passes.common_calls) merge_common_calls(program, report);
  if (passes.dead_nodes) drop_dead_calls(program, report);
  if (passes.constant_inputs) keep_constant_answers(program, report);
  program.look_ups = unused_look_ups(program);
  if (passes.dead_nodes) drop_certain_look_ups(program, report);
  return report;
}

}  // namespace ember::xcs
