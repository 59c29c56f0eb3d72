#include <ember/graph.hpp>

#include <ember/error.hpp>

namespace ember::xcs {

XCSGraph merge_graphs(const XCSGraph& base, const XCSGraph& additional, const std::string& space) {
  if (space.empty()) throw InvalidArgumentError("merge_graphs needs a name space for the added nodes");
  XCSGraph merged = base;
  const std::size_t offset = base.size();
  for (const Node& original : additional.nodes()) {
    Node node = original;
    const std::string stem = space + "_" + original.id;
    node.id = stem;
    for (std::size_t suffix = 1; merged.has_node(node.id); ++suffix)
      node.id = stem + "_" + std::to_string(suffix);
    node.aliases.clear();
    for (const std::string& alias : original.aliases) {
      // An alias is a convenience: one that is taken is dropped, for its node keeps an id.
      const std::string name = space + "_" + alias;
      if (name != node.id && !merged.has_node(name)) node.aliases.push_back(name);
    }
    if (node.binding)
      node.binding = node.binding->renumbered([offset](std::size_t index) { return index + offset; });
    node.after.clear();
    merged.insert_node(std::move(node));
  }
  for (const Edge& edge : additional.edges()) {
    const bool is_from_input = edge.from == XCSGraph::input_id;
    const std::size_t from = is_from_input ? XCSGraph::no_node : additional.index_of(edge.from) + offset;
    merged.insert_edge(from, additional.index_of(edge.to) + offset, edge.field_mappings);
  }
  for (std::size_t index = 0; index < additional.size(); ++index) {
    for (const std::size_t before : additional.nodes()[index].after) {
      merged.add_order(merged.nodes()[before + offset].id, merged.nodes()[index + offset].id);
    }
  }
  if (additional.is_incomplete()) merged.mark_incomplete();
  return merged;
}

}  // namespace ember::xcs
