// PlanPasses: which rewrites a recorded plan goes through before it runs.
#pragma once

#include <ember/value.hpp>

namespace ember::xcs {

/// A plain value. Results and errors do not depend on it, nor do the calls of operators that are not pure.
struct PlanPasses {
  /// Leave out calls that nobody uses, of operators that are pure and never fail, and look-ups that can not
  /// fail.
  bool dead_nodes = true;
  /// Make equal calls of one pure operator once per run.
  bool common_calls = true;
  /// Put inputs without anything variable together once, and keep what pure operators make of them.
  bool constant_inputs = true;

  /// From string-keyed settings, for files. Throws InvalidArgumentError naming what is unknown or not a
  /// boolean, and the known names.
  static PlanPasses from(const Value& settings);
};

}  // namespace ember::xcs
