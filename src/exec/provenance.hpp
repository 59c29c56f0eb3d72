// Provenance: while calls are traced, the Vars of composites know which call they come from. So the records
// say what depends on what, without comparing values.
#pragma once

#include "base/ambient.hpp"

namespace ember::xcs {

/// `ambient` with an interpreter that runs calls as always and notes where their arguments come from;
/// unchanged while a recording is going on, or when it has that already.
Ambient with_provenance(const Ambient& ambient);

}  // namespace ember::xcs
