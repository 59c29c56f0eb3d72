// Running a composite in the trace way: as it went before, as long as everything that `forward` looked at is
// the same again.
#pragma once

#include <memory>

#include "exec/effective_options.hpp"
#include "jit/composite_table.hpp"
#include "jit/dataflow.hpp"
#include "jit/jit_metrics.hpp"
#include "jit/trace_set.hpp"

namespace ember::xcs {

struct TraceRequest {
  const OperatorBase* target = nullptr;
  TraceSet* traces = nullptr;
  std::shared_ptr<CompositeTable> table;
  PlanPasses passes;
  EffectiveOptions settings;
  Overlap overlap = Overlap::automatic;
  JitMetrics* metrics = nullptr;
};

/// What `target.call(arguments)` gives or throws.
Value run_traced(const TraceRequest& request, const Value& arguments);

}  // namespace ember::xcs
