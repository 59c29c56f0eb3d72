#include "observe/span_tree.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace ember {

namespace {

/// Parents come before their children: ours have ids in order of their start, of others the longer is outer.
auto place_of(const Span& span, const ParentId& parent) noexcept {
  return std::tuple(span.start, !parent.is_ours, parent.is_ours ? Duration() : -span.duration(), span.id);
}

/// Sorts both in the same way.
std::vector<ParentId> sort_spans(SpanList& list, const std::vector<ParentId>& parents) {
  std::vector<std::size_t> order(list.spans.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t left, std::size_t right) {
    return place_of(list.spans[left], parents[left]) < place_of(list.spans[right], parents[right]);
  });
  std::vector<Span> spans;
  std::vector<ParentId> sorted;
  spans.reserve(order.size());
  sorted.reserve(order.size());
  for (const std::size_t position : order) {
    spans.push_back(std::move(list.spans[position]));
    sorted.push_back(parents[position]);
  }
  list.spans = std::move(spans);
  return sorted;
}

void start_at_zero(SpanList& list) {
  if (list.spans.empty()) return;
  const Duration first = list.spans.front().start;
  for (Span& span : list.spans) {
    span.start -= first;
    span.end -= first;
    list.wall = std::max(list.wall, span.end);
  }
}

void set_parents_by_id(SpanList& list, const std::vector<ParentId>& parents) {
  std::unordered_map<std::int64_t, std::size_t> positions;
  for (std::size_t i = 0; i < list.spans.size(); ++i) {
    if (parents[i].is_ours) positions.emplace(list.spans[i].id, i);
  }
  for (std::size_t i = 0; i < list.spans.size(); ++i) {
    if (!parents[i].id) continue;
    const auto found = positions.find(*parents[i].id);
    // A parent starts first; that rules out circles too, for a list that is sorted by start.
    if (found != positions.end() && found->second < i) list.spans[i].parent = found->second;
  }
}

void set_parents_by_nesting(SpanList& list, const std::vector<ParentId>& parents) {
  std::vector<std::vector<std::size_t>> open(list.tracks.size());
  for (std::size_t i = 0; i < list.spans.size(); ++i) {
    if (parents[i].is_ours) continue;
    Span& span = list.spans[i];
    auto& outer = open[span.track];
    while (!outer.empty() && list.spans[outer.back()].end < span.end) outer.pop_back();
    if (!outer.empty()) span.parent = outer.back();
    outer.push_back(i);
  }
}

}  // namespace

std::string_view Span::kind() const noexcept {
  const std::string_view whole = name;
  if (is_operator) return whole;
  const std::size_t last = whole.find_last_not_of("0123456789");
  const bool is_numbered =
      last != std::string_view::npos && last + 1 < whole.size() && last > 0 && whole[last] == ' ';
  return is_numbered ? whole.substr(0, last) : whole;
}

void link_spans(SpanList& list, const std::vector<ParentId>& parents) {
  const std::vector<ParentId> sorted = sort_spans(list, parents);
  start_at_zero(list);
  set_parents_by_id(list, sorted);
  set_parents_by_nesting(list, sorted);
  for (std::size_t i = 0; i < list.spans.size(); ++i) {
    const auto parent = list.spans[i].parent;
    (parent ? list.spans[*parent].children : list.roots).push_back(i);
  }
}

}  // namespace ember
