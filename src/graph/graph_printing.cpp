// Text, DOT and JSON of a graph. A graph with a cycle prints too, in order of insertion.
#include <algorithm>
#include <numeric>
#include <string>

#include <ember/graph.hpp>
#include <ember/json.hpp>

namespace ember::xcs {
namespace {

std::vector<std::size_t> printing_order(const XCSGraph& graph) {
  if (!graph.has_cycle()) return graph.topological_indices();
  std::vector<std::size_t> order(graph.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

Binding whole_of(const XCSGraph& graph, const std::string& producer) {
  return producer == XCSGraph::input_id ? Binding::of_input() : Binding::of_node(graph.index_of(producer));
}

/// One contribution as an expression: the whole, or an object of its fields.
Binding contribution(const XCSGraph& graph, const std::string& producer, const FieldMappings& mappings) {
  Binding whole = whole_of(graph, producer);
  if (mappings.empty()) return whole;
  Binding object;
  object.form = Binding::Form::object;
  for (const auto& [source, target] : mappings) {
    Binding part = whole;
    if (source != "*") part.path.emplace_back(source);
    object.parts.emplace_back(target, std::move(part));
  }
  return object;
}

/// The input of a node as an expression, whether it was recorded or follows from edges.
Binding input_expression(const XCSGraph& graph, std::size_t index) {
  const Node& node = graph.nodes()[index];
  if (node.binding) return *node.binding;
  Binding merged;
  merged.form = Binding::Form::merge;
  const auto add = [&](Binding part) { merged.parts.emplace_back(std::string(), std::move(part)); };
  if (!node.options.inputs.is_null()) add(Binding::of_literal(node.options.inputs));
  const auto& inbound = graph.inbound_edges(index);
  if (inbound.empty()) add(Binding::of_input());
  const std::string input(XCSGraph::input_id);
  if (!node.options.input_mapping.empty()) add(contribution(graph, input, node.options.input_mapping));
  for (const std::size_t position : inbound) {
    const Edge& edge = graph.edges()[position];
    add(contribution(graph, edge.from, edge.field_mappings));
  }
  return merged.parts.size() == 1 ? merged.parts[0].second : merged;
}

std::string input_text(const XCSGraph& graph, std::size_t index) {
  return to_string(input_expression(graph, index),
                   [&](std::size_t other) { return graph.nodes()[other].display_name(); });
}

std::string mapping_text(const FieldMappings& mappings) {
  std::string text;
  for (const auto& [source, target] : mappings) text += (text.empty() ? "" : ", ") + source + " -> " + target;
  return text;
}

/// A quoted DOT string. Line breaks become DOT's own, other control characters spaces.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else {
      result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return result + "\"";
}

Value node_value(const XCSGraph& graph, std::size_t index) {
  const Node& node = graph.nodes()[index];
  std::vector<Value> after;
  for (const std::size_t first : node.after) after.emplace_back(graph.nodes()[first].id);
  return {{"id", node.id},
          {"name", node.options.name},
          {"aliases", list(node.aliases)},
          {"operator", node.op.target->name()},
          {"input", input_text(graph, index)},
          {"after", Value::list(std::move(after))},
          {"metadata", node.options.metadata}};
}

Value edge_value(const Edge& edge) {
  std::vector<Value> mappings;
  for (const auto& [source, target] : edge.field_mappings) mappings.push_back(list({source, target}));
  return {{"from", edge.from}, {"to", edge.to}, {"field_mappings", Value::list(std::move(mappings))}};
}

}  // namespace

std::string XCSGraph::to_text() const {
  std::string text;
  for (const std::size_t index : printing_order(*this)) {
    const Node& node = nodes_[index];
    text += node.display_name();
    if (!node.aliases.empty()) text += " [" + node.id + "]";
    text += " = " + node.op.target->name() + "(" + input_text(*this, index) + ")";
    std::string before;
    for (const std::size_t first : node.after) before += (before.empty() ? " after " : ", ") + nodes_[first].display_name();
    text += before + "\n";
  }
  if (is_incomplete_) text += "(incomplete: an exception ended the recording)\n";
  return text;
}

std::string XCSGraph::to_dot() const {
  std::string text = "digraph ember {\n  rankdir=LR;\n  node [shape=box];\n";
  const bool draws_input =
      std::any_of(edges_.begin(), edges_.end(), [](const Edge& edge) { return edge.from == input_id; });
  if (draws_input) text += "  " + quoted(std::string(input_id)) + " [shape=ellipse];\n";
  for (const std::size_t index : printing_order(*this)) {
    const Node& node = nodes_[index];
    const std::string operator_name = node.op.target->name();
    std::string label = node.display_name();
    if (label != operator_name) label += "\n" + operator_name;
    text += "  " + quoted(node.id) + " [label=" + quoted(label) + "];\n";
  }
  for (const Edge& edge : edges_) {
    text += "  " + quoted(edge.from) + " -> " + quoted(edge.to);
    if (!edge.field_mappings.empty()) text += " [label=" + quoted(mapping_text(edge.field_mappings)) + "]";
    text += ";\n";
  }
  for (const Node& node : nodes_) {
    for (const std::size_t first : node.after) {
      text += "  " + quoted(nodes_[first].id) + " -> " + quoted(node.id) + " [style=dashed];\n";
    }
  }
  return text + "}\n";
}

Value XCSGraph::to_value() const {
  std::vector<Value> nodes;
  for (std::size_t index = 0; index < nodes_.size(); ++index) nodes.push_back(node_value(*this, index));
  std::vector<Value> edges;
  edges.reserve(edges_.size());
  for (const Edge& edge : edges_) edges.push_back(edge_value(edge));
  std::vector<Value> levels;
  if (!has_cycle()) {
    for (const auto& wave : get_waves()) levels.push_back(list(wave));
  }
  return {{"nodes", Value::list(std::move(nodes))},
          {"edges", Value::list(std::move(edges))},
          {"waves", Value::list(std::move(levels))}};
}

std::string XCSGraph::to_json() const {
  return ember::to_json(to_value());
}

}  // namespace ember::xcs
