// The summary of a trace as text.
#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "observe/trace_totals.hpp"

namespace ember {

namespace {

/// Lines of each table.
constexpr std::size_t most_lines = 20;

/// Three digits in the unit that fits: `12.3 ms`.
std::string duration_text(Duration duration) {
  const double seconds = to_seconds(duration);
  if (seconds == 0) return "0";
  if (seconds < 1e-3) return fmt::format("{:.3g} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.3g} ms", seconds * 1e3);
  return fmt::format("{:.2f} s", seconds);
}

std::string totals_text(const SpanList& list, const TraceTotals& totals) {
  const std::string cached =
      totals.cached_calls != 0 ? fmt::format(", {} from the cache", totals.cached_calls) : "";
  return (list.start.empty() ? "" : fmt::format("start:       {}\n", list.start)) +
         fmt::format("wall time:   {}\n", duration_text(totals.wall)) +
         fmt::format("top level:   {} ({} failed)\n", totals.roots, totals.failed_roots) +
         fmt::format("calls:       {} ({} failed{})\n", totals.calls, totals.failed_calls, cached) +
         fmt::format("model calls: {}, {} attempts\n", totals.usage.model_calls, totals.usage.attempts) +
         fmt::format("tokens:      {} in, {} out\n", totals.usage.prompt_tokens,
                     totals.usage.completion_tokens) +
         fmt::format("cost:        ${:.6f}\n", totals.usage.cost_usd) +
         fmt::format("at once:     {} at most, {:.1f} on average\n", totals.peak_concurrency,
                     totals.mean_concurrency);
}

std::string rest_text(std::size_t count) {
  return count > most_lines ? fmt::format("  ... and {} more\n", count - most_lines) : "";
}

std::string path_text(const SpanList& list) {
  const std::vector<PathShare> shares = path_shares(list, critical_path(list));
  std::string text = "\ncritical path\n";
  for (std::size_t i = 0; i < std::min(shares.size(), most_lines); ++i) {
    const PathShare& share = shares[i];
    text +=
        fmt::format("  {:5.1f} % {:>10}  {}\n", share.share * 100, duration_text(share.time),
                    share.name.empty() ? "(between calls)" : fmt::format("{} ({})", share.name, share.calls));
  }
  return text + rest_text(shares.size());
}

std::string operators_text(const SpanList& list) {
  const std::vector<OperatorTotals> operators = operator_totals(list);
  std::string text = fmt::format("\n{:>8} {:>7} {:>10} {:>10} {:>10} {:>10} {:>9}  operator\n", "calls",
                                 "failed", "total", "median", "p95", "max", "tokens");
  for (std::size_t i = 0; i < std::min(operators.size(), most_lines); ++i) {
    const OperatorTotals& totals = operators[i];
    text += fmt::format("{:>8} {:>7} {:>10} {:>10} {:>10} {:>10} {:>9}  {}\n", totals.calls, totals.failures,
                        duration_text(totals.total), duration_text(totals.median), duration_text(totals.p95),
                        duration_text(totals.max), totals.usage.total_tokens, totals.name);
  }
  return text + rest_text(operators.size());
}

}  // namespace

std::string summary_text(const SpanList& list) {
  std::string text;
  if (list.is_cut_off) text += "The file ends in the middle; this is what stands before that.\n";
  if (list.calls_lost != 0)
    text += fmt::format("{} calls could not be written to the file.\n", list.calls_lost);
  text += totals_text(list, trace_totals(list));
  return list.spans.empty() ? text : text + path_text(list) + operators_text(list);
}

}  // namespace ember
