// The side of rank 0 in a collective.
#pragma once

#include <ember/value.hpp>

#include "ranks/collective.hpp"

namespace ember::ranks {

/// `run_collective` on rank 0.
Value run_as_root(const Collective& work);

}  // namespace ember::ranks
