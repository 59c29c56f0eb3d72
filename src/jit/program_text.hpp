// Plans for people: one line per call, as `explain` shows them.
#pragma once

#include <string>

#include "jit/composite_program.hpp"

namespace ember::xcs {

/// `    judge_2 = judge([ask_0, ask_1])` per call.
std::string plan_text(const Plan& plan);
/// The same of what was recorded, before passes.
std::string program_text(const CompositeProgram& program);

}  // namespace ember::xcs
