// What jitted operators measured about themselves, and what they say about their plans.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <ember/cost_analysis.hpp>
#include <ember/graph.hpp>
#include <ember/op.hpp>
#include <ember/value.hpp>

namespace ember::xcs {

/// Measured numbers of one jitted operator, as they were when asked for.
struct JitStats {
  /// Seconds spent compiling.
  double compilation_time = 0;
  /// Seconds of wall time of all calls, failed ones included.
  double execution_time = 0;
  /// Seconds of compilation spent in recording `forward`.
  double tracing_time = 0;
  std::uint64_t cache_hits = 0;
  std::uint64_t cache_misses = 0;
  std::uint64_t compilation_count = 0;
  std::uint64_t execution_count = 0;
  /// How the last call ran: `structural`, `enhanced`, `trace`, or `direct` for operators without parts; empty
  /// before the first call.
  std::string strategy;
  /// Most plans that are kept, and plans kept now.
  std::size_t cache_size = 0;
  std::size_t cached_plans = 0;

  /// Hits as a share of all look-ups; 0 before the first.
  [[nodiscard]] double cache_hit_rate() const noexcept;
  /// A mapping with these names as keys.
  [[nodiscard]] Value to_value() const;
};

/// Sums over all jitted operators of the process.
struct JitSummary {
  double total_tracing_time_ms = 0;
  double total_compilation_time_ms = 0;
  double total_execution_time_ms = 0;
  std::uint64_t cache_hits = 0;
  std::uint64_t cache_misses = 0;
  double cache_hit_rate = 0;
  std::uint64_t compilation_count = 0;
  std::uint64_t execution_count = 0;
  double avg_compilation_time_ms = 0;
  double avg_execution_time_ms = 0;
  /// Jitted operators that were called at least once.
  std::uint64_t function_count = 0;

  /// A mapping with these names as keys.
  [[nodiscard]] Value to_value() const;
};

/// Sums over the process. Thread-safe.
JitSummary get_jit_stats();
/// The typeless forms of the functions below.
JitStats get_jit_stats(const OpReference& op);
std::string explain(const OpReference& op);
Value explain_jit_selection(const OpReference& op);
void disable_jit(const OpReference& op);
void enable_jit(const OpReference& op);
void clear_graph_cache(const OpReference& op);
CostAnalysis cost_analysis(const OpReference& op);
XCSGraph get_plan_graph(const OpReference& op);

/// The numbers of a jitted operator. Throws InvalidArgumentError when `op` is none. Thread-safe.
template <class Signature>
JitStats get_jit_stats(const Op<Signature>& op) {
  return get_jit_stats(op.reference());
}
/// The same under the name that the engine's documents use on operators.
template <class Signature>
JitStats get_jit_metrics(const Op<Signature>& op) {
  return get_jit_stats(op.reference());
}
/// What was chosen for a jitted operator and why, where its `forward` looked at data, and why the last call
/// had to compile. Throws InvalidArgumentError when `op` is none. Thread-safe.
template <class Signature>
std::string explain(const Op<Signature>& op) {
  return explain(op.reference());
}
/// Which mode `auto` takes for an operator, jitted or not: {"structural": {"score", "rationale", "features"},
/// "trace": ..., "enhanced": ..., "selected": name}. Calls no operator.
template <class Signature>
Value explain_jit_selection(const Op<Signature>& op) {
  return explain_jit_selection(op.reference());
}
/// Lets a jitted operator run plainly, without statistics, until `enable_jit`. Throws as above. Thread-safe.
template <class Signature>
void disable_jit(const Op<Signature>& op) {
  disable_jit(op.reference());
}
template <class Signature>
void enable_jit(const Op<Signature>& op) {
  enable_jit(op.reference());
}
/// Forgets the plans of a jitted operator. Throws as above. Thread-safe.
template <class Signature>
void clear_graph_cache(const Op<Signature>& op) {
  clear_graph_cache(op.reference());
}

/// What one call of a jitted operator takes, by the plan that it used last. Throws InvalidArgumentError when
/// `op` is not jitted, and when it has no plan: before its first call, and where forward runs on every call.
/// Thread-safe.
template <class Signature>
CostAnalysis cost_analysis(const Op<Signature>& op) {
  return cost_analysis(op.reference());
}
/// The calls of the plan that a jitted operator used last, as a graph: to be looked at, printed or drawn. Of
/// the strategy trace: the way that was taken last. Throws InvalidArgumentError when `op` is not jitted, or
/// has no plan, saying why. Thread-safe.
template <class Signature>
XCSGraph get_plan_graph(const Op<Signature>& op) {
  return get_plan_graph(op.reference());
}

}  // namespace ember::xcs
