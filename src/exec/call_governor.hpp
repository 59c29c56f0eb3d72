// CallGovernor: keeps the deadline of a scope for operators that are called plainly inside it.
#pragma once

#include <memory>

#include "op/interpreter.hpp"

namespace ember::xcs {

/// An interpreter that runs the outermost plain calls under the deadline of the effective options. `outer` is
/// the interpreter it replaces; may be null.
std::shared_ptr<Interpreter> govern_calls(Interpreter* outer);

}  // namespace ember::xcs
