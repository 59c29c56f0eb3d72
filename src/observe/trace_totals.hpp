// What a trace adds up to: as a whole, and by operator.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <ember/call_usage.hpp>

#include "observe/critical_path.hpp"
#include "observe/span.hpp"

namespace ember {

struct TraceTotals {
  Duration wall{};
  /// Calls of operators.
  std::size_t calls = 0;
  std::size_t failed_calls = 0;
  std::size_t cached_calls = 0;
  /// Spans without parent, such as the rows of a run.
  std::size_t roots = 0;
  std::size_t failed_roots = 0;
  CallUsage usage = {};
  /// Innermost calls that were under way at once: at most, and on average over the wall time.
  std::size_t peak_concurrency = 0;
  double mean_concurrency = 0;
};
TraceTotals trace_totals(const SpanList& list);

/// All spans of one kind. Tokens and cost are those of the spans with everything inside them.
struct OperatorTotals {
  std::string name = {};
  std::size_t calls = 0;
  std::size_t failures = 0;
  std::size_t cached = 0;
  Duration total{};
  Duration median{};
  Duration p95{};
  Duration max{};
  CallUsage usage = {};
};
/// By kind, the one that took most time first. Quantiles are durations that occurred.
std::vector<OperatorTotals> operator_totals(const SpanList& list);

/// Totals, critical path and operators for people, in lines.
std::string summary_text(const SpanList& list);

}  // namespace ember
