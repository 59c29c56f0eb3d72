// cost_analysis: what a plan is made of, how long it takes at best, and what it can cost at worst.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <ember/call_bound.hpp>
#include <ember/execute.hpp>
#include <ember/graph.hpp>
#include <ember/value.hpp>

namespace ember::xcs {

/// What is known of a plan without running it, and from the runs so far that were measured.
struct CostAnalysis {
  /// Number of calls in one run.
  std::size_t calls = 0;
  /// Operator names with their numbers of calls, in the order of their first one.
  std::vector<std::pair<std::string, std::size_t>> calls_by_operator = {};
  /// Number of levels, and of calls on the widest.
  std::size_t depth = 0;
  std::size_t width = 0;
  /// Calls whose time was measured; the first few runs with overlap are measured, then one in sixteen or
  /// fewer.
  std::size_t measured_calls = 0;
  /// Sum of the measured times, in milliseconds.
  double total_work_ms = 0;
  /// Time of the critical path by measured times, in milliseconds: no number of workers makes it shorter.
  double ideal_time_ms = 0;
  /// Names of the calls on the longest path, first to last: by measured times, or by the number of calls as
  /// long as nothing was measured.
  std::vector<std::string> critical_path = {};
  /// The most that the models of one run can take, and what is not known.
  CallBound worst_case = {};

  /// A mapping with these names as keys.
  [[nodiscard]] Value to_value() const;
  /// The same for people, a line for each.
  [[nodiscard]] std::string to_text() const;
};

/// What one run of `graph` takes. Calls no operator. Throws GraphError for a cycle and TraceError for an
/// incomplete graph. Thread-safe.
CostAnalysis cost_analysis(const XCSGraph& graph);
CostAnalysis cost_analysis(const CompiledGraph& graph);

/// How `graph` runs, for people: its levels, what the passes do to it, and what the scheduler `auto` takes
/// for it, with the reason. Throws as `cost_analysis`. Thread-safe.
std::string explain_plan(const XCSGraph& graph);
std::string explain_plan(const CompiledGraph& graph);

}  // namespace ember::xcs
