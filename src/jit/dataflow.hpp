// The dataflow interpreter: `forward` runs on the calling thread, and each call in it starts as soon as its
// inputs exist.
//
// How it stays equal to plain execution: plain execution throws a failure at the call that failed, here calls
// are still pending when `forward` goes on. So once a failure is known, the pass of `forward` is given up,
// and `forward` runs again: calls that have ended give their outcome at once, the failed one throws where
// plain execution threw. No call is made twice. A pass in which nothing fails that `forward` has not seen
// fail is what plain execution does, except that independent calls were made at once.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <vector>

#include <ember/op.hpp>

#include "exec/effective_options.hpp"
#include "jit/composite_table.hpp"
#include "jit/trace_log.hpp"

namespace ember::xcs {

/// Whether independent calls of one composite are made at once.
enum class Overlap {
  automatic,  ///< where it pays
  required,   ///< also where it costs more than it saves: they may wait for each other
  none        ///< one call at a time, in program order
};

/// A call that was made before, in another way, on behalf of the same call of a composite.
struct KnownOutcome {
  OpReference op;
  Value input;
  std::optional<Value> output;
  /// As the operator threw it.
  std::exception_ptr error;
};

struct DataflowRequest {
  const OperatorBase* target = nullptr;
  Value arguments;
  std::shared_ptr<CompositeTable> table;
  std::shared_ptr<const ExecutionOptions> options;
  /// In program order.
  std::vector<KnownOutcome> known;
  /// `none`: as plain execution does it.
  Overlap overlap = Overlap::automatic;
  /// Written by the first pass; whole when that was all. Null: nobody wants to know.
  std::shared_ptr<TraceLog> log = nullptr;
};

/// What `target.call(arguments)` gives or throws.
Value run_dataflow(DataflowRequest request);

}  // namespace ember::xcs
