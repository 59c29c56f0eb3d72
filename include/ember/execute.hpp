// execute: runs a graph.
#pragma once

#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ember/autograph.hpp>
#include <ember/execution_error.hpp>
#include <ember/execution_metrics.hpp>
#include <ember/execution_options.hpp>
#include <ember/graph.hpp>
#include <ember/plan_passes.hpp>
#include <ember/result.hpp>
#include <ember/results.hpp>
#include <ember/tracer.hpp>

namespace ember::xcs {

class Plan;

/// Runs `graph` on `inputs` and gives the outputs of its nodes, exactly as the operators returned them.
///
/// Throws before anything runs: GraphError for a cycle, TraceError for an incomplete graph,
/// InvalidArgumentError for options out of range or unknown output nodes. Throws ExecutionError for the first
/// failing node in program order, with the outputs finished so far; ExecutionErrorGroup when `fail_fast` is
/// off; ExecutionTimeoutError at the deadline, whatever the operators do; DataFlowError when data does not
/// flow as the graph says. Thread-safe.
Results execute(const XCSGraph& graph, const ExecutionOptions& options = {});
Results execute(const Autograph& graph, const ExecutionOptions& options = {});
/// The same with run inputs. A template only so that `{}` means no options.
Results execute_with_inputs(const XCSGraph& graph, const Value& inputs, const ExecutionOptions& options = {});
template <std::same_as<Value> Inputs = Value>
Results execute(const XCSGraph& graph, const Inputs& inputs, const ExecutionOptions& options = {}) {
  return execute_with_inputs(graph, inputs, options);
}
template <std::same_as<Value> Inputs = Value>
Results execute(const Autograph& graph, const Inputs& inputs, const ExecutionOptions& options = {}) {
  return execute_with_inputs(graph.graph(), inputs, options);
}

/// `execute` under the name that the engine's documents use for explicit parameters.
inline Results execute_graph(const XCSGraph& graph, const ExecutionOptions& options = {}) {
  return execute(graph, options);
}
template <std::same_as<Value> Inputs = Value>
Results execute_graph(const XCSGraph& graph, const Inputs& inputs, const ExecutionOptions& options = {}) {
  return execute_with_inputs(graph, inputs, options);
}

/// Outputs, errors and measurements of one run, also of one that failed.
struct ExecutionResult {
  Results outputs = {};
  /// Failed nodes with their errors, in program order.
  std::vector<std::pair<std::string, std::exception_ptr>> errors = {};
  /// Seconds from start to end.
  double execution_time = 0;
  /// Number of nodes of the plan.
  std::size_t node_count = 0;
  /// Null unless `collect_metrics` is on.
  std::shared_ptr<const ExecutionMetrics> metrics = {};
  /// Null unless `trace_execution` is on and this is the outermost call under it.
  std::shared_ptr<const Trace> trace = {};

  /// By node id; empty without `metrics`.
  [[nodiscard]] const std::map<std::string, NodeStats>& node_stats() const noexcept;

  /// The output of a node, or `fallback`.
  [[nodiscard]] Value get_result(const std::string& node, Value fallback = {}) const;
  /// The error of a node, or null.
  [[nodiscard]] std::exception_ptr get_error(const std::string& node) const noexcept;
  [[nodiscard]] bool has_error() const noexcept { return !errors.empty(); }
  [[nodiscard]] bool has_error(const std::string& node) const noexcept { return get_error(node) != nullptr; }
  /// True when every node of the plan has an output.
  [[nodiscard]] bool is_complete() const noexcept { return errors.empty() && outputs.size() == node_count; }
};

/// Like `execute`, but failures of nodes are part of the result and not thrown. Deadlines, stop requests and
/// errors that come before the run still throw.
ExecutionResult execute_detailed(const XCSGraph& graph, const Value& inputs = {},
                                 const ExecutionOptions& options = {});

/// How a run that was started ended.
struct RunOutcome {
  /// What `CompiledGraph::run` would return or throw.
  Result<Results> results = Results();
  /// As in ExecutionResult; also of runs that failed.
  std::shared_ptr<const ExecutionMetrics> metrics = {};
  std::shared_ptr<const Trace> trace = {};
};

/// A graph compiled once, to be run many times, also without holding a thread. A cheap value, thread-safe.
class CompiledGraph {
 public:
  /// Throws as `execute` does before anything runs.
  explicit CompiledGraph(const XCSGraph& graph, const OutputNodes& output_nodes = OutputNodes::all(),
                         const PlanPasses& passes = {});

  /// As `execute`; `output_nodes` in `options` is refused with InvalidArgumentError.
  [[nodiscard]] Results run(const Value& inputs = {}, const ExecutionOptions& options = {}) const;
  /// Starts a run and returns. `done` is called once, on a thread of the runtime; it must not throw. Throws
  /// InvalidArgumentError for options out of range.
  void run_async(const Value& inputs, const ExecutionOptions& options,
                 std::function<void(RunOutcome)> done) const;

  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] const std::shared_ptr<const Plan>& plan() const noexcept { return plan_; }

 private:
  std::shared_ptr<const Plan> plan_;
};

}  // namespace ember::xcs
