// A plan as a graph again, to be looked at.
#pragma once

#include <ember/graph.hpp>

namespace ember::xcs {

class Plan;

/// The calls of a plan of recorded steps, as recorded nodes; checks are left out. An order without data flow
/// stays.
XCSGraph graph_of(const Plan& plan);

}  // namespace ember::xcs
