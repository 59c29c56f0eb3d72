// RunReport: what a run took, for `--report`.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include <ember/clock.hpp>
#include <ember/usage.hpp>

namespace ember::cli {

struct RunReport {
  std::size_t rows = 0;
  std::size_t rows_in_flight = 1;
  std::optional<int> max_workers = {};
  UsageTotals usage = {};
  Duration wall = {};
  /// Of the critical paths of the rows on `rows_in_flight` slots.
  Duration ideal_of_rows = {};
  /// Of all steps of all rows.
  Duration step_time = {};
  /// By step: seconds on the critical paths of the rows.
  std::map<std::string, double> critical_seconds = {};

  /// The least time for these rows with these latencies and bounds.
  [[nodiscard]] Duration ideal() const noexcept;
  /// A line for each figure.
  [[nodiscard]] std::string text() const;
};

}  // namespace ember::cli
