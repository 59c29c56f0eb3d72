#include "graph/input_conflicts.hpp"

#include <map>
#include <string>
#include <string_view>

#include <ember/error.hpp>

namespace ember::xcs {
namespace {

std::string producer_name(const XCSGraph& graph, const std::string& id) {
  return id == XCSGraph::input_id ? id : graph.node(id).display_name();
}

}  // namespace

void require_no_declared_conflict(const XCSGraph& graph, std::size_t index) {
  const Node& node = graph.nodes()[index];
  if (node.binding || node.options.on_conflict == OnConflict::last) return;
  std::map<std::string_view, std::string> givers;
  const auto note = [&](const std::string& producer, const FieldMappings& mappings) {
    for (const auto& [source, target] : mappings) {
      const std::string giver = "'" + producer + "' (" + source + ")";
      const auto [known, is_new] = givers.try_emplace(target, giver);
      if (is_new || known->second == giver) continue;
      throw GraphError("Field '" + target + "' of node '" + node.display_name() + "' is given by both " +
                       known->second + " and " + giver +
                       ". Map one of them to another field, or set on_conflict to last.");
    }
  };
  note(std::string(XCSGraph::input_id), node.options.input_mapping);
  for (const std::size_t edge : graph.inbound_edges(index)) {
    const Edge& inbound = graph.edges()[edge];
    if (!inbound.field_mappings.empty()) note(producer_name(graph, inbound.from), inbound.field_mappings);
  }
}

}  // namespace ember::xcs
