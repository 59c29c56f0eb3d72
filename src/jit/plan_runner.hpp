// Running a recorded composite, with the outcome of plain execution.
#pragma once

#include <memory>
#include <vector>

#include "exec/effective_options.hpp"
#include "jit/dataflow.hpp"
#include "jit/plan_cache.hpp"

namespace ember::xcs {

struct PlanRequest {
  const OperatorBase* target = nullptr;
  const CompiledPlan* compiled = nullptr;
  std::shared_ptr<CompositeTable> table;
  EffectiveOptions settings;
  /// One call at a time, in program order.
  bool is_sequential = false;
};

/// What `target.call(arguments)` gives or throws.
Value run_compiled(const PlanRequest& request, const Value& arguments);

}  // namespace ember::xcs
