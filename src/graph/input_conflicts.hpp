// Two declared mappings that give one input field: found before anything runs.
#pragma once

#include <cstddef>

#include <ember/graph.hpp>

namespace ember::xcs {

/// Throws GraphError naming the field and both producers when two mappings of node `index` give the same
/// input field and its `on_conflict` is `error`.
void require_no_declared_conflict(const XCSGraph& graph, std::size_t index);

}  // namespace ember::xcs
