#include "graph/order.hpp"

#include <algorithm>
#include <numeric>
#include <queue>

#include <ember/error.hpp>

namespace ember::xcs {
namespace {

/// True when every edge leads to a higher index: then the indices themselves are the order.
bool is_ordered_by_index(const Adjacency& before) {
  for (std::size_t index = 0; index < before.size(); ++index) {
    for (const std::size_t predecessor : before[index]) {
      if (predecessor >= index) return false;
    }
  }
  return true;
}

/// As many nodes as can be ordered; `open` ends with the predecessors that are still missing per node.
std::vector<std::size_t> order_what_is_possible(const Adjacency& before, const Adjacency& after,
                                                std::vector<std::size_t>& open) {
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  open.resize(before.size());
  for (std::size_t index = 0; index < before.size(); ++index) {
    open[index] = before[index].size();
    if (open[index] == 0) ready.push(index);
  }
  std::vector<std::size_t> order;
  order.reserve(before.size());
  while (!ready.empty()) {
    const std::size_t index = ready.top();
    ready.pop();
    order.push_back(index);
    for (const std::size_t successor : after[index]) {
      if (--open[successor] == 0) ready.push(successor);
    }
  }
  return order;
}

/// One cycle among the nodes that could not be ordered. Each of them has a predecessor of that kind, so
/// walking backwards must come back to a node that was visited.
std::vector<std::size_t> find_cycle(const Adjacency& before, const std::vector<std::size_t>& open) {
  const auto is_left = [&](std::size_t index) { return open[index] > 0; };
  std::size_t at = 0;
  while (!is_left(at)) ++at;
  std::vector<std::size_t> walk;
  std::vector<bool> is_visited(before.size(), false);
  while (!is_visited[at]) {
    is_visited[at] = true;
    walk.push_back(at);
    at = *std::find_if(before[at].begin(), before[at].end(), is_left);
  }
  walk.erase(walk.begin(), std::find(walk.begin(), walk.end(), at));
  std::reverse(walk.begin(), walk.end());
  std::rotate(walk.begin(), std::min_element(walk.begin(), walk.end()), walk.end());
  return walk;
}

}  // namespace

std::vector<std::size_t> topological_order(const Adjacency& before, const Adjacency& after,
                                           const std::function<std::string(std::size_t)>& name) {
  if (is_ordered_by_index(before)) {
    std::vector<std::size_t> order(before.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    return order;
  }
  std::vector<std::size_t> open;
  std::vector<std::size_t> order = order_what_is_possible(before, after, open);
  if (order.size() == before.size()) return order;
  const std::vector<std::size_t> cycle = find_cycle(before, open);
  std::string message = "Graph contains a cycle: ";
  for (const std::size_t index : cycle) message += name(index) + " -> ";
  throw GraphError(message + name(cycle.front()));
}

bool is_cyclic(const Adjacency& before, const Adjacency& after) {
  if (is_ordered_by_index(before)) return false;
  std::vector<std::size_t> open;
  return order_what_is_possible(before, after, open).size() != before.size();
}

std::vector<std::uint32_t> levels(const std::vector<std::size_t>& order, const Adjacency& before) {
  std::vector<std::uint32_t> level(before.size(), 0);
  for (const std::size_t index : order) {
    for (const std::size_t predecessor : before[index]) {
      level[index] = std::max(level[index], level[predecessor] + 1);
    }
  }
  return level;
}

std::vector<std::vector<std::size_t>> waves(const std::vector<std::size_t>& order, const Adjacency& before) {
  const std::vector<std::uint32_t> level = levels(order, before);
  std::vector<std::vector<std::size_t>> result;
  for (std::size_t index = 0; index < level.size(); ++index) {
    if (level[index] >= result.size()) result.resize(level[index] + 1);
    result[level[index]].push_back(index);
  }
  return result;
}

std::vector<bool> ancestor_mask(const Adjacency& before, const std::vector<std::size_t>& roots) {
  std::vector<bool> is_needed(before.size(), false);
  std::vector<std::size_t> open = roots;
  for (const std::size_t root : roots) is_needed[root] = true;
  while (!open.empty()) {
    const std::size_t index = open.back();
    open.pop_back();
    for (const std::size_t predecessor : before[index]) {
      if (is_needed[predecessor]) continue;
      is_needed[predecessor] = true;
      open.push_back(predecessor);
    }
  }
  return is_needed;
}

}  // namespace ember::xcs
