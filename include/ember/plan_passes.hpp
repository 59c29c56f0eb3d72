// PlanPasses: which rewrites a recorded plan goes through before it runs, and how plans are run.
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
  /// When more calls are ready than may run, the one with the longest way to the end of the plan goes first:
  /// by measured times, before the first measurement by the number of calls. False: in program order.
  bool priorities = true;
  /// Short calls of which each only waits for the one before it run back to back on one thread.
  bool chain_fusion = true;
  /// Calls of one operator with `forward_batch` on the same level go out as one batch.
  bool batch_groups = true;

  /// From string-keyed settings, for files. Throws InvalidArgumentError naming what is unknown or not a
  /// boolean, and the known names.
  static PlanPasses from(const Value& settings);
};

}  // namespace ember::xcs
