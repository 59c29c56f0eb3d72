// ExecutionMetrics: what a run took, node by node. All of it is measured.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <ember/call_usage.hpp>

namespace ember::xcs {

/// How one node ran.
struct NodeStats {
  /// `skipped`: something that it depends on failed; `unfinished`: it was running when the run ended early.
  enum class Status { finished, failed, skipped, not_run, unfinished };
  Status status = Status::not_run;
  /// When all of its inputs were there: seconds since the start of the run.
  double ready = 0;
  /// Seconds since the start of the run.
  double start = 0;
  double end = 0;
  /// Number of the thread that started the node, counted from 1 as threads appear.
  std::size_t thread = 0;
  /// Where it was placed, such as `cpu` or `gpu:0`.
  std::string device = {};
  /// The model calls made inside, with attempts, tokens and cost.
  CallUsage usage = {};

  [[nodiscard]] double duration() const noexcept { return end - start; }
  /// Seconds between ready and started: waiting for a worker, a permit or a wave.
  [[nodiscard]] double queue_time() const noexcept { return start - ready; }
};

/// What one run took.
struct ExecutionMetrics {
  /// What ran the nodes, also where `auto` chose it: `sequential`, `parallel` or `wave`; `noop` for none.
  std::string scheduler = {};
  /// From the start of the run to its end, in milliseconds.
  double execution_time_ms = 0;
  /// Nodes that ran to an end, well or not.
  std::size_t node_count = 0;
  /// Part of the execution time in which no node was running.
  double scheduler_overhead_ms = 0;
  /// The time of the critical path: what the run takes at least, however many nodes run at once.
  double ideal_time_ms = 0;
  /// Sum of the times of all nodes: what they take one after the other.
  double node_time_ms = 0;
  /// Names of the nodes that explain the ideal time, first to last.
  std::vector<std::string> critical_path = {};
  /// Sum over the nodes.
  CallUsage usage = {};
  /// By node id.
  std::map<std::string, NodeStats> node_stats = {};
};

/// The metrics of the last run that this thread finished under `collect_metrics`; all zero before the first.
ExecutionMetrics last_metrics();

}  // namespace ember::xcs
