// What a run took: the metrics of its nodes and of the whole.
#include <algorithm>
#include <utility>

#include "exec/run.hpp"
#include "graph/longest_path.hpp"

namespace ember::xcs {
namespace {

thread_local ExecutionMetrics last_thread_metrics;

/// Seconds that the union of `intervals` covers.
double covered_time(std::vector<std::pair<double, double>> intervals) {
  std::sort(intervals.begin(), intervals.end());
  double covered = 0;
  double until = 0;
  for (const auto& [start, end] : intervals) {
    covered += std::max(0.0, end - std::max(start, until));
    until = std::max(until, end);
  }
  return covered;
}

}  // namespace

NodeStats Run::stats_of(std::uint32_t node) const {
  NodeStats stats = stats_[node];
  switch (phases_[node]) {
    case Phase::finished:
      stats.status = NodeStats::Status::finished;
      break;
    case Phase::failed:
      stats.status = NodeStats::Status::failed;
      break;
    case Phase::waiting:
    case Phase::skipped:  // What waits for no other node would have been next.
      stats.status =
          errors_.empty() || missing_[node] == 0 ? NodeStats::Status::not_run : NodeStats::Status::skipped;
      break;
    case Phase::running:  // Until the run ended without it.
      stats.status = NodeStats::Status::unfinished;
      stats.end = std::max(stats.start, execution_time_);
      stats.device = context_of(node).device();
      break;
    default:
      stats.status = NodeStats::Status::not_run;
  }
  if (stats.status == NodeStats::Status::not_run || stats.status == NodeStats::Status::skipped) {
    stats.start = stats.end = stats.ready;
  }
  return stats;
}

std::string Run::scheduler_taken() const {
  if (is_sequential_ || was_inline_) return "sequential";
  return is_wave_ ? "wave" : "parallel";
}

std::shared_ptr<const ExecutionMetrics> Run::metrics() const {
  if (!*options_->collect_metrics) return nullptr;
  auto metrics = std::make_shared<ExecutionMetrics>();
  std::vector<NodeStats> all;
  std::vector<std::pair<double, double>> intervals;
  {
    const Lock lock(mutex_);
    for (std::uint32_t node = 0; node < plan_->size(); ++node) all.push_back(stats_of(node));
  }
  for (std::uint32_t node = 0; node < plan_->size(); ++node) {
    if (plan_->node(node).is_check) continue;
    const NodeStats& stats = all[node];
    if (stats.status == NodeStats::Status::finished || stats.status == NodeStats::Status::failed) {
      ++metrics->node_count;
    }
    metrics->node_time_ms += stats.duration() * 1000;
    intervals.emplace_back(stats.start, stats.end);
    metrics->usage += stats.usage;
    metrics->node_stats.emplace(plan_->id(node), stats);
  }
  metrics->scheduler = scheduler_taken();
  metrics->execution_time_ms = execution_time_ * 1000;
  metrics->scheduler_overhead_ms = std::max(0.0, execution_time_ - covered_time(std::move(intervals))) * 1000;
  const auto [longest, path] = longest_path(*plan_, [&](std::size_t node) { return all[node].duration(); });
  metrics->ideal_time_ms = longest * 1000;
  for (const std::uint32_t node : path) {
    if (!plan_->node(node).is_check) metrics->critical_path.push_back(plan_->display_name(node));
  }
  return metrics;
}

void Run::publish() const {
  if (const auto own = metrics()) last_thread_metrics = *own;
  if (trace_) trace_->publish();
}

std::shared_ptr<const ExecutionMetrics> simulated_metrics(const Plan& plan, const ExecutionOptions& options) {
  if (!*options.collect_metrics) return nullptr;
  auto metrics = std::make_shared<ExecutionMetrics>();
  metrics->scheduler = "noop";
  for (std::uint32_t node = 0; node < plan.size(); ++node) metrics->node_stats[plan.id(node)] = NodeStats();
  last_thread_metrics = *metrics;
  return metrics;
}

ExecutionMetrics last_metrics() {
  return last_thread_metrics;
}

}  // namespace ember::xcs
