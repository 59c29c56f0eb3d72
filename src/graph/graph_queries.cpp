// Questions to a graph. None of them changes or caches anything.
#include <ember/graph.hpp>

#include <ember/error.hpp>

#include "graph/input_conflicts.hpp"
#include "graph/order.hpp"

namespace ember::xcs {

std::vector<std::string> XCSGraph::ids_of(const std::vector<std::size_t>& indices) const {
  std::vector<std::string> ids;
  ids.reserve(indices.size());
  for (const std::size_t index : indices) ids.push_back(nodes_[index].id);
  return ids;
}

std::vector<std::size_t> XCSGraph::topological_indices() const {
  return topological_order(before_, after_, [this](std::size_t index) { return nodes_[index].id; });
}

std::vector<std::string> XCSGraph::topological_sort() const {
  return ids_of(topological_indices());
}

std::vector<std::vector<std::string>> XCSGraph::get_waves() const {
  std::vector<std::vector<std::string>> result;
  for (const auto& wave : waves(topological_indices(), before_)) result.push_back(ids_of(wave));
  return result;
}

std::vector<std::string> XCSGraph::predecessors(std::string_view id) const {
  return ids_of(before_[index_of(id)]);
}

std::vector<std::string> XCSGraph::successors(std::string_view id) const {
  return ids_of(after_[index_of(id)]);
}

std::vector<std::string> XCSGraph::sources() const {
  std::vector<std::string> ids;
  for (std::size_t index = 0; index < nodes_.size(); ++index) {
    if (before_[index].empty()) ids.push_back(nodes_[index].id);
  }
  return ids;
}

std::vector<std::string> XCSGraph::sinks() const {
  std::vector<std::string> ids;
  for (std::size_t index = 0; index < nodes_.size(); ++index) {
    if (after_[index].empty()) ids.push_back(nodes_[index].id);
  }
  return ids;
}

std::vector<std::string> XCSGraph::ancestors(std::string_view id) const {
  const std::size_t root = index_of(id);
  // The predecessors are the roots, so that a node on a cycle is its own ancestor and no other node is.
  const std::vector<bool> mask = ancestor_mask(before_, before_[root]);
  std::vector<std::string> ids;
  for (std::size_t index = 0; index < mask.size(); ++index) {
    if (mask[index]) ids.push_back(nodes_[index].id);
  }
  return ids;
}

bool XCSGraph::has_cycle() const {
  return is_cyclic(before_, after_);
}

void XCSGraph::validate() const {
  (void)topological_indices();
  for (std::size_t index = 0; index < nodes_.size(); ++index) require_no_declared_conflict(*this, index);
}

}  // namespace ember::xcs
