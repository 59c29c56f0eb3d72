#include "cli/run_report.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace ember::cli {

namespace {

/// `critical:   vote 61 %, judge 39 %`: where the rows spent the time that no schedule can save.
std::string critical_text(const std::map<std::string, double>& seconds_of_step) {
  std::vector<std::pair<double, std::string>> steps;
  double total = 0;
  for (const auto& [step, seconds] : seconds_of_step) {
    steps.emplace_back(-seconds, step);
    total += seconds;
  }
  if (total <= 0) return {};
  std::sort(steps.begin(), steps.end());
  constexpr std::size_t most_listed = 8;
  steps.resize(std::min(steps.size(), most_listed));
  std::string text;
  for (const auto& [seconds, step] : steps) {
    text += fmt::format("{}{} {:.0f} %", text.empty() ? "critical:   " : ", ", step, -seconds / total * 100);
  }
  return text + "\n";
}

}  // namespace

Duration RunReport::ideal() const noexcept {
  // With W workers, the steps one after the other on each of them take this long at least.
  const Duration of_workers = max_workers ? step_time / *max_workers : Duration();
  return std::max(ideal_of_rows, of_workers);
}

std::string RunReport::text() const {
  const double wall_seconds = to_seconds(wall);
  const double ideal_seconds = to_seconds(ideal());
  std::string bounds = fmt::format("{} rows in flight", rows_in_flight);
  if (max_workers) bounds += fmt::format(", {} workers", *max_workers);
  return fmt::format("calls:      {} ({} failed), {} attempts, {} retries\n", usage.calls, usage.failed_calls,
                     usage.attempts, usage.retries()) +
         fmt::format("tokens:     {} in, {} out\n", usage.usage.prompt_tokens,
                     usage.usage.completion_tokens) +
         fmt::format("cost:       ${:.6f}\n", usage.usage.cost_usd) +
         fmt::format("wall time:  {:.3f} s ({:.1f} rows/s)\n", wall_seconds,
                     wall_seconds > 0 ? static_cast<double>(rows) / wall_seconds : 0.0) +
         fmt::format("ideal time: {:.3f} s (critical paths with {})\n", ideal_seconds, bounds) +
         critical_text(critical_seconds) +
         (ideal_seconds > 0 ? fmt::format("wall/ideal: {:.3f}\n", wall_seconds / ideal_seconds) : "");
}

}  // namespace ember::cli
