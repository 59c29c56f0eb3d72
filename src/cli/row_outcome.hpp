// RowOutcome: what is written for one input row, and what it counts for.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <ember/workflow.hpp>

#include "cli/expectation.hpp"

namespace ember::cli {

struct RowOutcome {
  enum class Match : char { absent, wrong, right };

  /// JSON without line end.
  std::string line{};
  bool is_failed = false;
  /// The run ended before the row did; nothing is written for it.
  bool is_stopped = false;
  /// By expectation; empty when there is no row to compare with.
  std::vector<Match> matches{};
  /// Null unless measured.
  std::shared_ptr<const xcs::ExecutionMetrics> metrics{};
};

/// `{"id": ..., "error": {"code", "message", "path", "type", "line"}}`.
RowOutcome failed_row(const Value& id, std::size_t line_number, const std::exception_ptr& error);

/// The outcome of a row that was run: its id and outputs, or its error.
RowOutcome finished_row(const Value& row, std::size_t line_number, const WorkflowRun& run,
                        const std::vector<Expectation>& expectations);

}  // namespace ember::cli
