// DependencyAnalyzer: who depends on whom, for a graph or for a plain mapping.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <ember/graph.hpp>

namespace ember::xcs {

/// What each node depends on.
using DependencyMap = std::map<std::string, std::set<std::string>>;

/// Answers questions about dependencies. Independent of what it was made from; const use is thread-safe.
class DependencyAnalyzer {
 public:
  explicit DependencyAnalyzer(const XCSGraph& graph);
  /// Nodes count as inserted in the order of their names. Throws GraphError for a dependency that is not a
  /// node.
  explicit DependencyAnalyzer(const DependencyMap& dependencies);

  /// The nodes that `id` needs directly. Throws ItemNotFoundError for an unknown one.
  [[nodiscard]] std::set<std::string> direct_dependencies(std::string_view id) const;
  /// All that each node needs, directly or through others. Throws GraphError for a cycle.
  [[nodiscard]] DependencyMap transitive_closure() const;
  /// Dependencies first, ties by insertion. Throws GraphError for a cycle.
  [[nodiscard]] std::vector<std::string> topological_sort() const;
  /// Levels: each node one level after the last one that it needs. Throws GraphError for a cycle.
  [[nodiscard]] std::vector<std::vector<std::string>> get_waves() const;

 private:
  void add_node(std::string id);
  void add_dependency(std::size_t from, std::size_t to);
  [[nodiscard]] std::vector<std::size_t> order() const;

  std::vector<std::string> ids_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::vector<std::vector<std::size_t>> before_;
  std::vector<std::vector<std::size_t>> after_;
};

}  // namespace ember::xcs
