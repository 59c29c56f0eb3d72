// Graph shapes for tests and benchmarks: chain, diamond, wide, tree, seeded random ones. A shape is bare
// structure; `build_graph` gives it operators.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <ember/graph.hpp>
#include <ember/op.hpp>

namespace ember::testing {

/// Nodes 0..size-1 and the edges between them. No edge stands twice.
struct GraphShape {
  std::size_t size = 0;
  std::vector<std::pair<std::size_t, std::size_t>> edges = {};
};

inline GraphShape chain(std::size_t size) {
  GraphShape shape{size};
  for (std::size_t i = 1; i < size; ++i) shape.edges.emplace_back(i - 1, i);
  return shape;
}

/// One source, two in the middle, one sink.
inline GraphShape diamond() {
  return {4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}};
}

/// One source, `width` in the middle, one sink.
inline GraphShape wide(std::size_t width) {
  GraphShape shape{width + 2};
  for (std::size_t i = 1; i <= width; ++i) {
    shape.edges.emplace_back(0, i);
    shape.edges.emplace_back(i, width + 1);
  }
  return shape;
}

/// A tree that fans out: node i has the children fan_out*i+1 ... fan_out*i+fan_out.
inline GraphShape tree(std::size_t size, std::size_t fan_out = 2) {
  GraphShape shape{size};
  for (std::size_t i = 1; i < size; ++i) shape.edges.emplace_back((i - 1) / fan_out, i);
  return shape;
}

/// A square of `side` x `side` nodes, each after its upper and its left neighbour.
inline GraphShape wavefront(std::size_t side) {
  GraphShape shape{side * side};
  for (std::size_t i = 0; i < shape.size; ++i) {
    if (i >= side) shape.edges.emplace_back(i - side, i);
    if (i % side > 0) shape.edges.emplace_back(i - 1, i);
  }
  return shape;
}

/// `layers` of `width` nodes; each node has 1 to `most_edges` predecessors in the layer before.
inline GraphShape layered_random(std::uint64_t seed, std::size_t layers, std::size_t width,
                                 std::size_t most_edges = 3) {
  std::mt19937_64 random(seed);
  GraphShape shape{layers * width};
  for (std::size_t i = width; i < shape.size; ++i) {
    std::vector<std::size_t> before;
    for (std::size_t count = 1 + random() % most_edges; count > 0; --count) {
      before.push_back((i / width - 1) * width + random() % width);
    }
    std::sort(before.begin(), before.end());
    before.erase(std::unique(before.begin(), before.end()), before.end());
    for (const std::size_t from : before) shape.edges.emplace_back(from, i);
  }
  return shape;
}

/// Any edge from a lower to a higher node with `percent` probability.
inline GraphShape random_dag(std::uint64_t seed, std::size_t size, std::size_t percent) {
  std::mt19937_64 random(seed);
  GraphShape shape{size};
  for (std::size_t to = 1; to < size; ++to) {
    for (std::size_t from = 0; from < to; ++from) {
      if (random() % 100 < percent) shape.edges.emplace_back(from, to);
    }
  }
  return shape;
}

/// The same shape with nodes and edges in another order: insertion order is then no topological order.
inline GraphShape shuffled(GraphShape shape, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::size_t> renamed(shape.size);
  std::iota(renamed.begin(), renamed.end(), std::size_t{0});
  std::shuffle(renamed.begin(), renamed.end(), random);
  for (auto& [from, to] : shape.edges) {
    from = renamed[from];
    to = renamed[to];
  }
  std::shuffle(shape.edges.begin(), shape.edges.end(), random);
  return shape;
}

inline std::string node_name(std::size_t node) {
  return "n" + std::to_string(node);
}

/// A graph with nodes `n0`, `n1`, ... in that order; each edge maps the field `v` to a field named like its
/// source.
inline xcs::XCSGraph build_graph(const GraphShape& shape,
                                 const std::function<Op<>(std::size_t node)>& op_of) {
  xcs::XCSGraph graph;
  for (std::size_t i = 0; i < shape.size; ++i) graph.add_node(op_of(i), node_name(i));
  for (const auto& [from, to] : shape.edges) {
    graph.add_edge(node_name(from), node_name(to), {{"v", node_name(from)}});
  }
  return graph;
}

/// {"v": a number} that depends on every field of `inputs` and on `number`.
inline Value mixed(const Value& inputs, std::size_t number) {
  std::uint64_t state = 0x9E3779B97F4A7C15U * (number + 1);
  for (const auto& [name, value] : inputs.fields()) {
    for (const char c : name) state = (state ^ static_cast<std::uint64_t>(c)) * 0x100000001B3U;
    state = (state ^ static_cast<std::uint64_t>(value.integer())) * 0x100000001B3U;
  }
  return {{"v", static_cast<std::int64_t>(state >> 2U)}};
}

/// An operator whose answer `{"v": ...}` depends on its number and on all of its inputs by name.
inline Op<> mixing_op(std::size_t number) {
  return op("mix" + std::to_string(number),
            [number](const Value& inputs) -> Value { return mixed(inputs, number); });
}

}  // namespace ember::testing
