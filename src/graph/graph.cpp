// Building a graph: nodes, aliases, edges. Every call either does all of its work or leaves the graph as it
// was.
#include <ember/graph.hpp>

#include <algorithm>

#include <ember/error.hpp>

#include "graph/binding_edges.hpp"

namespace ember::xcs {
namespace {

constexpr std::size_t most_names_listed = 30;

void require_operator(const OpReference& op) {
  if (!op.target) throw InvalidArgumentError("a node needs an operator: the handle is empty");
}

/// Adds to `known` what it does not have yet.
void merge_mappings(FieldMappings& known, FieldMappings added) {
  for (auto& mapping : added) {
    if (std::find(known.begin(), known.end(), mapping) == known.end()) known.push_back(std::move(mapping));
  }
}

void require_field_names(const FieldMappings& mappings) {
  for (const auto& [source, target] : mappings) {
    if (source.empty() || target.empty()) throw GraphError("a field mapping needs two field names");
  }
}

}  // namespace

std::string XCSGraph::fresh_id(const OpReference& op) const {
  const std::string stem = op.target->name() + "_";
  std::size_t number = nodes_.size();
  std::string id = stem + std::to_string(number);
  while (index_.contains(id)) id = stem + std::to_string(++number);
  return id;
}

void XCSGraph::require_free_name(const std::string& name) const {
  if (name == input_id) throw GraphError("The name '$input' is reserved for the run inputs.");
  const auto found = index_.find(name);
  if (found != index_.end()) {
    throw GraphError("The name '" + name + "' is taken by node '" + nodes_[found->second].id + "'.");
  }
}

std::size_t XCSGraph::insert_node(Node node) {
  plan_cache_.forget();
  const std::size_t index = nodes_.size();
  index_.emplace(node.id, index);
  for (const std::string& alias : node.aliases) index_.emplace(alias, index);
  nodes_.push_back(std::move(node));
  before_.emplace_back();
  after_.emplace_back();
  inbound_.emplace_back();
  return index;
}

std::size_t XCSGraph::insert_edge(std::size_t from, std::size_t to, FieldMappings field_mappings) {
  plan_cache_.forget();
  const auto [position, is_new] = edge_index_.try_emplace({from, to}, edges_.size());
  if (!is_new) {
    merge_mappings(edges_[position->second].field_mappings, std::move(field_mappings));
    return position->second;
  }
  Edge edge{from == no_node ? std::string(input_id) : nodes_[from].id, nodes_[to].id, {}};
  merge_mappings(edge.field_mappings, std::move(field_mappings));
  inbound_[to].push_back(edges_.size());
  edges_.push_back(std::move(edge));
  if (from != no_node && std::erase(nodes_[to].after, from) == 0) {
    before_[to].push_back(from);
    after_[from].push_back(to);
  }
  return edges_.size() - 1;
}

std::string XCSGraph::add_node(OpReference op, std::string node_id, NodeOptions options) {
  require_operator(op);
  require_field_names(options.input_mapping);
  if (node_id == input_id) throw GraphError("Node ID '$input' is reserved for the run inputs.");
  if (node_id.empty()) node_id = fresh_id(op);
  if (index_.contains(node_id)) throw GraphError("Node with ID '" + node_id + "' already exists.");
  if (options.name.empty()) options.name = op.name();
  Node node;
  node.id = node_id;
  node.op = std::move(op);
  node.options = std::move(options);
  insert_node(std::move(node));
  return node_id;
}

std::string XCSGraph::add_recorded_node(OpReference op, Binding binding, std::string alias,
                                        bool is_program_step) {
  require_operator(op);
  binding.for_each_node([this](std::size_t index, const Path&) {
    if (index >= nodes_.size())
      throw GraphError("the binding names node " + std::to_string(index) + ", which does not exist");
  });
  Node node;
  node.id = fresh_id(op);
  if (!alias.empty() && alias != node.id) {
    require_free_name(alias);
    node.aliases.push_back(std::move(alias));
  }
  node.options.name = op.name();
  node.op = std::move(op);
  node.binding = std::move(binding);
  node.is_program_step = is_program_step;
  insert_edges_of_binding(insert_node(std::move(node)));
  return nodes_.back().id;
}

void XCSGraph::insert_edges_of_binding(std::size_t index) {
  for (BindingEdge& edge : edges_of(*nodes_[index].binding)) {
    insert_edge(edge.node.value_or(no_node), index, std::move(edge.field_mappings));
  }
}

Edge XCSGraph::add_edge(const std::string& from, const std::string& to, FieldMappings field_mappings) {
  const auto source = index_.find(from);
  const bool is_from_input = from == input_id;
  if (source == index_.end() && !is_from_input)
    throw GraphError("Source node '" + from + "' does not exist.");
  const auto destination = index_.find(to);
  if (destination == index_.end()) throw GraphError("Destination node '" + to + "' does not exist.");
  const std::size_t source_index = is_from_input ? no_node : source->second;
  const Node& target = nodes_[destination->second];
  if (source_index == destination->second) {
    throw GraphError("Graph contains a cycle: " + target.id + " -> " + target.id);
  }
  if (target.binding) {
    throw GraphError("Node '" + target.id + "' was recorded: its inputs are those of the recorded call.");
  }
  require_field_names(field_mappings);
  return edges_[insert_edge(source_index, destination->second, std::move(field_mappings))];
}

void XCSGraph::add_order(const std::string& first, const std::string& second) {
  const auto known = [this](const std::string& name, const char* end) {
    const auto found = index_.find(name);
    if (found == index_.end()) throw GraphError(std::string(end) + " node '" + name + "' does not exist.");
    return found->second;
  };
  const std::size_t from = known(first, "Source");
  const std::size_t to = known(second, "Destination");
  if (from == to) throw GraphError("Graph contains a cycle: " + nodes_[to].id + " -> " + nodes_[to].id);
  plan_cache_.forget();
  if (std::find(before_[to].begin(), before_[to].end(), from) != before_[to].end()) return;
  nodes_[to].after.push_back(from);
  before_[to].push_back(from);
  after_[from].push_back(to);
}

void XCSGraph::add_alias(const std::string& node, std::string alias) {
  const std::size_t index = index_of(node);
  if (alias.empty()) throw GraphError("an alias needs a name");
  require_free_name(alias);
  plan_cache_.forget();
  index_.emplace(alias, index);
  nodes_[index].aliases.push_back(std::move(alias));
}

bool XCSGraph::has_node(std::string_view id_or_alias) const noexcept {
  return index_.contains(id_or_alias);
}

const Node& XCSGraph::node(std::string_view id_or_alias) const {
  return nodes_[index_of(id_or_alias)];
}

std::size_t XCSGraph::index_of(std::string_view id_or_alias) const {
  const auto found = index_.find(id_or_alias);
  if (found != index_.end()) return found->second;
  throw ItemNotFoundError("no node '" + std::string(id_or_alias) + "'; " + known_names());
}

std::string XCSGraph::known_names() const {
  if (nodes_.empty()) return "the graph is empty";
  std::string text = "known nodes: ";
  for (std::size_t index = 0; index < std::min(nodes_.size(), most_names_listed); ++index) {
    const Node& node = nodes_[index];
    if (index > 0) text += ", ";
    text += node.id;
    for (const std::string& alias : node.aliases) text += " (" + alias + ")";
  }
  if (nodes_.size() > most_names_listed) {
    text += " and " + std::to_string(nodes_.size() - most_names_listed) + " more";
  }
  return text;
}

}  // namespace ember::xcs
