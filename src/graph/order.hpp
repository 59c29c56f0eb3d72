// Orders over adjacency lists of indices. Nothing here recurses: chains of any length are fine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ember::xcs {

using Adjacency = std::vector<std::vector<std::size_t>>;

/// Kahn's algorithm; of several ready nodes the lowest index comes first. `name` is for the error. Throws
/// GraphError `Graph contains a cycle: a -> b -> a`.
std::vector<std::size_t> topological_order(const Adjacency& before, const Adjacency& after,
                                           const std::function<std::string(std::size_t)>& name);

/// True when the nodes can not be ordered.
bool is_cyclic(const Adjacency& before, const Adjacency& after);

/// The level of each node: 0 without predecessors, else one more than its highest predecessor.
std::vector<std::uint32_t> levels(const std::vector<std::size_t>& order, const Adjacency& before);

/// The nodes level by level, ascending within each.
std::vector<std::vector<std::size_t>> waves(const std::vector<std::size_t>& order, const Adjacency& before);

/// Marks `roots` and everything they depend on.
std::vector<bool> ancestor_mask(const Adjacency& before, const std::vector<std::size_t>& roots);

}  // namespace ember::xcs
