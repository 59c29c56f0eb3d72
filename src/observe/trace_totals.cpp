#include "observe/trace_totals.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace ember {

namespace {

/// Ends before starts at the same time: what follows directly does not overlap.
std::size_t peak_of(std::vector<std::pair<Duration, int>>& changes) {
  std::ranges::sort(changes);
  std::size_t peak = 0;
  std::ptrdiff_t now = 0;
  for (const auto& [time, change] : changes) {
    now += change;
    peak = std::max(peak, static_cast<std::size_t>(std::max<std::ptrdiff_t>(now, 0)));
  }
  return peak;
}

/// The smallest duration that `share` of all do not exceed.
Duration quantile(const std::vector<Duration>& sorted, double share) {
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace

TraceTotals trace_totals(const SpanList& list) {
  TraceTotals totals;
  totals.wall = list.wall;
  totals.roots = list.roots.size();
  std::vector<std::pair<Duration, int>> changes;
  Duration busy{};
  for (const Span& span : list.spans) {
    totals.calls += span.is_operator ? 1 : 0;
    totals.failed_calls += span.is_operator && span.is_failed ? 1 : 0;
    totals.cached_calls += span.is_cached ? 1 : 0;
    totals.failed_roots += !span.parent && span.is_failed ? 1 : 0;
    if (!span.parent) totals.usage += span.usage;
    if (!span.children.empty()) continue;
    busy += span.duration();
    // What took no time was under way at no time.
    if (span.duration() == Duration()) continue;
    changes.emplace_back(span.start, 1);
    changes.emplace_back(span.end, -1);
  }
  totals.peak_concurrency = peak_of(changes);
  if (list.wall > Duration()) totals.mean_concurrency = to_seconds(busy) / to_seconds(list.wall);
  return totals;
}

std::vector<OperatorTotals> operator_totals(const SpanList& list) {
  std::map<std::string_view, std::pair<OperatorTotals, std::vector<Duration>>> by_name;
  for (const Span& span : list.spans) {
    auto& [totals, durations] = by_name[span.kind()];
    ++totals.calls;
    totals.failures += span.is_failed ? 1 : 0;
    totals.cached += span.is_cached ? 1 : 0;
    totals.total += span.duration();
    totals.usage += span.usage;
    durations.push_back(span.duration());
  }
  std::vector<OperatorTotals> operators;
  for (auto& [name, entry] : by_name) {
    auto& [totals, durations] = entry;
    std::ranges::sort(durations);
    totals.name = name;
    totals.median = quantile(durations, 0.5);
    totals.p95 = quantile(durations, 0.95);
    totals.max = durations.back();
    operators.push_back(std::move(totals));
  }
  std::ranges::stable_sort(operators, std::ranges::greater{}, &OperatorTotals::total);
  return operators;
}

}  // namespace ember
