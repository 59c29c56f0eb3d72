// RowOutcome: what is written for one input row, and what it counts for.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ember/clock.hpp>
#include <ember/workflow.hpp>

#include "cli/expectation.hpp"

namespace ember::cli {

/// What is counted of one row.
struct RowMetrics {
  /// Of its critical path.
  Duration ideal_time{};
  /// Of all its steps.
  Duration step_time{};
  /// Steps of the critical path, and steps that ran, with their seconds.
  std::vector<std::pair<std::string, double>> critical_steps{};
  std::vector<std::pair<std::string, double>> steps{};
};

struct RowOutcome {
  enum class Match : char { absent, wrong, right };

  /// JSON without line end.
  std::string line{};
  bool is_failed = false;
  /// The run ended before the row did; nothing is written for it.
  bool is_stopped = false;
  /// By expectation; empty when there is no row to compare with.
  std::vector<Match> matches{};
  /// Empty unless measured.
  std::optional<RowMetrics> metrics{};
};

/// The row in traces.
std::string row_name(std::size_t line_number);

/// `{"id": ..., "error": {"code", "message", "path", "type", "line"}}`.
RowOutcome failed_row(const Value& id, std::size_t line_number, const std::exception_ptr& error);

/// The outcome of a row that was run: its id and outputs, or its error.
RowOutcome finished_row(const Value& row, std::size_t line_number, const WorkflowRun& run,
                        const std::vector<Expectation>& expectations);

/// What `metrics` of a run of `graph` count for.
RowMetrics row_metrics(const xcs::ExecutionMetrics& metrics, const xcs::XCSGraph& graph);

}  // namespace ember::cli
