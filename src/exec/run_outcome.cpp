// What a run leaves behind: results, errors and measurements.
#include <algorithm>

#include "exec/run.hpp"

namespace ember::xcs {
namespace {

/// Data that does not flow as declared is the graph's fault, not a node's: it is reported as it is.
bool is_data_flow_error(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const DataFlowError&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

Results Run::finished_results(bool only_outputs) const {
  std::vector<Value> values;
  if (only_outputs && finished_ == plan_->size()) {
    values.reserve(plan_->outputs().size());
    for (const std::uint32_t node : plan_->outputs()) values.push_back(outputs_[node]);
    return Results(plan_, std::move(values));
  }
  std::vector<std::uint32_t> nodes;
  const auto keep = [&](std::uint32_t node) {
    if (phases_[node] != Phase::finished) return;
    nodes.push_back(node);
    values.push_back(outputs_[node]);
  };
  if (only_outputs) {
    for (const std::uint32_t node : plan_->outputs()) keep(node);
  } else {
    for (std::uint32_t node = 0; node < plan_->size(); ++node) keep(node);
  }
  return Results(plan_, std::move(nodes), std::move(values));
}

std::vector<std::pair<std::string, std::exception_ptr>> Run::wrapped_errors() const {
  std::vector<std::pair<std::uint32_t, std::exception_ptr>> errors = errors_;
  std::sort(errors.begin(), errors.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::pair<std::string, std::exception_ptr>> wrapped;
  for (const auto& [node, error] : errors) {
    const std::string& name = plan_->display_name(node);
    wrapped.emplace_back(name, is_data_flow_error(error)
                                   ? error
                                   : std::make_exception_ptr(ExecutionError::for_node(name, error)));
  }
  return wrapped;
}

std::vector<std::string> Run::skipped_nodes() const {
  std::vector<std::string> skipped;
  for (std::uint32_t node = 0; node < plan_->size(); ++node) {
    const Phase phase = phases_[node];
    if (phase == Phase::waiting || phase == Phase::skipped) skipped.push_back(plan_->display_name(node));
  }
  return skipped;
}

std::exception_ptr Run::first_raw_error() const {
  const Lock lock(mutex_);
  const auto first = std::min_element(errors_.begin(), errors_.end(),
                                      [](const auto& a, const auto& b) { return a.first < b.first; });
  return first == errors_.end() ? nullptr : first->second;
}

std::vector<Run::NodeOutcome> Run::node_outcomes() const {
  const Lock lock(mutex_);
  std::vector<NodeOutcome> outcomes(plan_->size());
  for (std::uint32_t node = 0; node < plan_->size(); ++node) {
    if (phases_[node] == Phase::finished) outcomes[node].output = outputs_[node];
  }
  for (const auto& [node, error] : errors_) outcomes[node].error = error;
  return outcomes;
}

std::exception_ptr Run::error_of_run() const {
  const double given = to_seconds(deadline_ - start_);
  if (end_ == End::timed_out) {
    ExecutionTimeoutError error(given, finished_, plan_->size());
    error.set_partial_results(finished_results(false));
    return std::make_exception_ptr(std::move(error));
  }
  if (end_ == End::stopped) {
    ExecutionStoppedError error;
    error.set_partial_results(finished_results(false));
    return std::make_exception_ptr(std::move(error));
  }
  if (errors_.empty()) return nullptr;
  auto errors = wrapped_errors();
  if (!*options_->fail_fast) {
    ExecutionErrorGroup group(std::move(errors), skipped_nodes());
    group.set_partial_results(finished_results(false));
    return std::make_exception_ptr(std::move(group));
  }
  try {
    std::rethrow_exception(errors.front().second);
  } catch (ExecutionError& error) {
    error.set_partial_results(finished_results(false));
    return errors.front().second;
  } catch (...) {
    return errors.front().second;
  }
}

Results Run::results() const {
  const Lock lock(mutex_);
  if (const std::exception_ptr error = error_of_run()) std::rethrow_exception(error);
  return finished_results(true);
}

std::shared_ptr<const Trace> Run::trace() const {
  return trace_ ? std::make_shared<const Trace>(trace_->trace()) : nullptr;
}

ExecutionResult Run::detailed_result() const {
  ExecutionResult result;
  result.metrics = metrics();
  result.trace = trace();
  const Lock lock(mutex_);
  if (end_ != End::finished) std::rethrow_exception(error_of_run());
  result.outputs = finished_results(true);
  result.errors = wrapped_errors();
  result.execution_time = execution_time_;
  result.node_count = plan_->outputs().size();
  return result;
}

}  // namespace ember::xcs
