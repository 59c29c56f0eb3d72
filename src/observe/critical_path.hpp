// CriticalPath: the calls that explain why a trace ends when it does.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "observe/span.hpp"

namespace ember {

/// A stretch of time, and the innermost call on the path then; none while no call was under way.
struct CriticalStep {
  std::optional<std::size_t> span = {};
  Duration start{};
  Duration end{};
};

/// Walks back from the end of the trace: from the call that ended last to the one that ended last before it
/// started, and within each call in the same way. The steps are in order of time, without gaps, and cover the
/// whole trace.
std::vector<CriticalStep> critical_path(const SpanList& list);

/// What calls of one kind have of the path.
struct PathShare {
  /// Empty for the time in which no call was under way.
  std::string name = {};
  std::size_t calls = 0;
  Duration time{};
  /// Of the wall time; 0 to 1.
  double share = 0;
};
/// By kind, the largest first.
std::vector<PathShare> path_shares(const SpanList& list, const std::vector<CriticalStep>& path);

}  // namespace ember
