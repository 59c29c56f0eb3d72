#include <ember/dependency_analyzer.hpp>

#include <utility>

#include <ember/error.hpp>

#include "graph/order.hpp"

namespace ember::xcs {

DependencyAnalyzer::DependencyAnalyzer(const XCSGraph& graph) {
  for (const Node& node : graph.nodes()) add_node(node.id);
  for (std::size_t index = 0; index < graph.size(); ++index) {
    for (const std::size_t predecessor : graph.predecessor_indices(index)) add_dependency(predecessor, index);
  }
}

DependencyAnalyzer::DependencyAnalyzer(const DependencyMap& dependencies) {
  for (const auto& [id, needed] : dependencies) add_node(id);
  for (const auto& [id, needed] : dependencies) {
    for (const std::string& other : needed) {
      const auto found = index_.find(other);
      if (found == index_.end())
        throw GraphError("'" + id + "' depends on '" + other + "', which is not a node.");
      add_dependency(found->second, index_.find(id)->second);
    }
  }
}

void DependencyAnalyzer::add_node(std::string id) {
  index_.emplace(id, ids_.size());
  ids_.push_back(std::move(id));
  before_.emplace_back();
  after_.emplace_back();
}

void DependencyAnalyzer::add_dependency(std::size_t from, std::size_t to) {
  before_[to].push_back(from);
  after_[from].push_back(to);
}

std::set<std::string> DependencyAnalyzer::direct_dependencies(std::string_view id) const {
  const auto found = index_.find(id);
  if (found == index_.end()) throw ItemNotFoundError("no node '" + std::string(id) + "'");
  std::set<std::string> result;
  for (const std::size_t predecessor : before_[found->second]) result.insert(ids_[predecessor]);
  return result;
}

DependencyMap DependencyAnalyzer::transitive_closure() const {
  DependencyMap closure;
  for (const std::size_t index : order()) {
    std::set<std::string>& all = closure[ids_[index]];
    for (const std::size_t predecessor : before_[index]) {
      all.insert(ids_[predecessor]);
      const std::set<std::string>& earlier = closure[ids_[predecessor]];
      all.insert(earlier.begin(), earlier.end());
    }
  }
  return closure;
}

std::vector<std::size_t> DependencyAnalyzer::order() const {
  return topological_order(before_, after_, [this](std::size_t index) { return ids_[index]; });
}

std::vector<std::string> DependencyAnalyzer::topological_sort() const {
  std::vector<std::string> result;
  for (const std::size_t index : order()) result.push_back(ids_[index]);
  return result;
}

std::vector<std::vector<std::string>> DependencyAnalyzer::get_waves() const {
  std::vector<std::vector<std::string>> result;
  for (const auto& wave : waves(order(), before_)) {
    auto& names = result.emplace_back();
    for (const std::size_t index : wave) names.push_back(ids_[index]);
  }
  return result;
}

}  // namespace ember::xcs
