// Binding: how the input of a node is put together from run inputs, outputs of other nodes and literals.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <ember/value.hpp>
#include <ember/var.hpp>

namespace ember::xcs {

/// An expression over the outputs of other nodes. Immutable once it is part of a graph.
struct Binding {
  enum class Form { literal, node, graph_input, list, object, merge, projection };

  Form form = Form::literal;
  Value literal = {};
  /// `node`: index of the node in its graph.
  std::size_t node = 0;
  /// `node`, `graph_input`, `projection`: which part.
  Path path = {};
  /// Elements of a list, object or merge, or the only element of a projection; only objects use the names.
  std::vector<std::pair<std::string, Binding>> parts = {};

  static Binding of_literal(Value value);
  static Binding of_node(std::size_t node, Path path = {});
  static Binding of_input(Path path = {});

  /// Calls `visit` with every node index inside, in order of appearance.
  void for_each_node(const std::function<void(std::size_t node, const Path& path)>& visit) const;
  /// The same expression with node indices replaced.
  [[nodiscard]] Binding renumbered(const std::function<std::size_t(std::size_t)>& number) const;
};

/// `y.text`, `{text: y.out, k: 5}`; `name` gives a node's display name.
std::string to_string(const Binding& binding, const std::function<std::string(std::size_t)>& name);

}  // namespace ember::xcs
