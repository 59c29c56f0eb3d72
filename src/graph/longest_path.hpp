// The longest path through a plan, when every node takes some time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "graph/plan.hpp"

namespace ember::xcs {

/// Length and nodes, first to last. `time_of(node)` is that of one node.
template <class TimeOf>
std::pair<double, std::vector<std::uint32_t>> longest_path(const Plan& plan, const TimeOf& time_of) {
  constexpr std::uint32_t none = UINT32_MAX;
  std::vector<double> ready(plan.size());
  std::vector<std::uint32_t> before(plan.size(), none);
  std::uint32_t last = none;
  double longest = 0;
  for (std::uint32_t node = 0; node < plan.size(); ++node) {
    const double end = ready[node] + time_of(node);
    if (last == none || end > longest) {
      longest = end;
      last = node;
    }
    const std::uint32_t* successors = plan.successors(plan.node(node));
    for (std::uint32_t i = 0; i < plan.node(node).successor_count; ++i) {
      if (before[successors[i]] != none && end <= ready[successors[i]]) continue;
      ready[successors[i]] = end;
      before[successors[i]] = node;
    }
  }
  std::vector<std::uint32_t> path;
  for (; last != none; last = before[last]) path.push_back(last);
  std::reverse(path.begin(), path.end());
  return {longest, std::move(path)};
}

}  // namespace ember::xcs
