// FlowGraph: the same work in oneTBB's flow graph, built once and run many times.
#pragma once

#include <oneapi/tbb/flow_graph.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

#include "support/graphs.hpp"

namespace ember::bench {

class FlowGraph {
 public:
  FlowGraph(const testing::GraphShape& shape, const std::function<void(std::size_t node)>& body) {
    using oneapi::tbb::flow::continue_msg;
    std::vector<bool> is_source(shape.size, true);
    for (std::size_t node = 0; node < shape.size; ++node) {
      nodes_.emplace_back(graph_, [body, node](const continue_msg&) { body(node); });
    }
    for (const auto& [from, to] : shape.edges) {
      oneapi::tbb::flow::make_edge(nodes_[from], nodes_[to]);
      is_source[to] = false;
    }
    for (std::size_t node = 0; node < shape.size; ++node) {
      if (is_source[node]) oneapi::tbb::flow::make_edge(start_, nodes_[node]);
    }
  }

  void run() {
    start_.try_put({});
    graph_.wait_for_all();
  }

 private:
  using Node = oneapi::tbb::flow::continue_node<oneapi::tbb::flow::continue_msg>;
  oneapi::tbb::flow::graph graph_;
  oneapi::tbb::flow::broadcast_node<oneapi::tbb::flow::continue_msg> start_{graph_};
  std::deque<Node> nodes_;
};

}  // namespace ember::bench
