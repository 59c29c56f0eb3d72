// The passes over a recorded program: each marks what it finds in the steps, and leaves results, errors and
// the calls of operators that are not pure as they are.
#pragma once

#include <ember/plan_passes.hpp>

#include "jit/composite_program.hpp"
#include "jit/passes/pass_report.hpp"

namespace ember::xcs {

/// Runs the chosen passes, each over what those before it left.
PassReport run_passes(CompositeProgram& program, const PlanPasses& passes);

/// Replaces what is put together from literals alone by one literal.
void fold_constant_inputs(CompositeProgram& program, PassReport& report);
/// Marks the calls of pure operators whose input is the same in every run.
void keep_constant_answers(CompositeProgram& program, PassReport& report);

/// Marks calls that an equal one before them stands for. What they waited for, their users wait for.
void merge_common_calls(CompositeProgram& program, PassReport& report);

/// Marks calls that nobody needs. Their look-ups stay, as checks.
void drop_dead_calls(CompositeProgram& program, PassReport& report);
/// Removes look-ups that `program.facts` vouch for.
void drop_certain_look_ups(CompositeProgram& program, PassReport& report);

}  // namespace ember::xcs
