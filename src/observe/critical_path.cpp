#include "observe/critical_path.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace ember {

namespace {

/// The walk through one call, or through the whole trace.
struct Level {
  std::optional<std::size_t> span = {};
  /// Children, the one that ends last at the back.
  std::vector<std::size_t> by_end = {};
  Duration start{};
  /// What lies after it has been walked.
  Duration cursor{};
};

class PathWalk {
 public:
  explicit PathWalk(const SpanList& list) : list_(list) {}

  std::vector<CriticalStep> walk() {
    enter({}, list_.roots, Duration(), list_.wall);
    while (!levels_.empty()) step();
    std::ranges::reverse(path_);
    return std::move(path_);
  }

 private:
  void enter(std::optional<std::size_t> span, std::vector<std::size_t> children, Duration start,
             Duration end) {
    std::ranges::stable_sort(children, {}, [this](std::size_t child) { return list_.spans[child].end; });
    levels_.push_back({span, std::move(children), start, end});
  }

  void step() {
    Level& level = levels_.back();
    while (!level.by_end.empty()) {
      const std::size_t child = level.by_end.back();
      level.by_end.pop_back();
      const Span& span = list_.spans[child];
      if (span.end > level.cursor || span.start < level.start || span.duration() == Duration()) continue;
      add(level.span, span.end, level.cursor);
      level.cursor = span.start;
      return enter(child, span.children, span.start, span.end);
    }
    add(level.span, level.start, level.cursor);
    levels_.pop_back();
  }

  void add(std::optional<std::size_t> span, Duration start, Duration end) {
    if (start < end) path_.push_back({span, start, end});
  }

  const SpanList& list_;
  std::vector<Level> levels_;
  /// The latest first.
  std::vector<CriticalStep> path_;
};

}  // namespace

std::vector<CriticalStep> critical_path(const SpanList& list) {
  return PathWalk(list).walk();
}

std::vector<PathShare> path_shares(const SpanList& list, const std::vector<CriticalStep>& path) {
  std::map<std::string_view, PathShare> by_name;
  std::set<std::size_t> seen;
  for (const CriticalStep& step : path) {
    const std::string_view name = step.span ? list.spans[*step.span].kind() : std::string_view();
    PathShare& share = by_name[name];
    share.name = name;
    share.calls += step.span && seen.insert(*step.span).second ? 1 : 0;
    share.time += step.end - step.start;
  }
  std::vector<PathShare> shares;
  for (auto& [name, share] : by_name) {
    share.share = to_seconds(share.time) / to_seconds(list.wall);
    shares.push_back(std::move(share));
  }
  std::ranges::stable_sort(shares, std::ranges::greater{}, &PathShare::time);
  return shares;
}

}  // namespace ember
