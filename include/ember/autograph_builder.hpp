// AutoGraphBuilder: a graph from the records of calls that were made.
#pragma once

#include <vector>

#include <ember/graph.hpp>
#include <ember/tracer.hpp>

namespace ember::xcs {

/// Builds graphs from traces. A trace tells what depends on what, never what the answer is: executing the
/// graph calls every operator again.
class AutoGraphBuilder {
 public:
  /// One node `<operator_name>_<index>` for each outermost call among `records`, in order of their start;
  /// where there is only one and it is a composite, for the calls that this made instead.
  ///
  /// An edge goes from a call to another when the second was given the very value that came out of the first,
  /// or a part of it: by what tracing saw in composites, else by the identity of the objects in memory, never
  /// because values are equal. A call whose input may have come about in another way keeps its place behind
  /// all calls before it, with the recorded input. Records of failed calls give nodes like others.
  ///
  /// An empty list gives an empty graph. Throws InvalidArgumentError for a record without an operator.
  [[nodiscard]] XCSGraph build_graph(const std::vector<TraceRecord>& records) const;
};

/// The same for records of a trace. Throws TraceError for an empty list.
XCSGraph autograph(const std::vector<TraceRecord>& records);

}  // namespace ember::xcs
