// Look-ups that plain execution makes although nothing uses what they give: it fails where they do.
#pragma once

#include <vector>

#include "jit/composite_program.hpp"

namespace ember::xcs {

/// Those of `program.look_ups` that neither a call nor the answer nor another one of them makes, each once.
std::vector<Binding> unused_look_ups(const CompositeProgram& program);

}  // namespace ember::xcs
