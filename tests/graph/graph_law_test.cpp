// Laws of graphs and plans, on seeded random graphs.
#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "graph/plan.hpp"
#include "support/graphs.hpp"

namespace ember::xcs {
namespace {

using ember::testing::GraphShape;

GraphShape random_shape(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::size_t size = 1 + random() % 40;
  return testing::shuffled(testing::random_dag(seed, size, random() % 30), seed + 1);
}

class GraphLaw : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  GraphShape shape_ = random_shape(GetParam());
  XCSGraph graph_ = testing::build_graph(shape_, testing::mixing_op);
};

TEST_P(GraphLaw, OrderIsTopologicalAndSmallest) {
  // Naive Kahn: the first node in order of insertion that is ready.
  std::vector<std::string> expected;
  std::set<std::size_t> done;
  while (done.size() < shape_.size) {
    for (std::size_t node = 0; node < shape_.size; ++node) {
      const bool is_ready = !done.contains(node) &&
                            std::all_of(shape_.edges.begin(), shape_.edges.end(), [&](const auto& edge) {
                              return edge.second != node || done.contains(edge.first);
                            });
      if (!is_ready) continue;
      expected.push_back(testing::node_name(node));
      done.insert(node);
      break;
    }
  }
  EXPECT_EQ(graph_.topological_sort(), expected);
}

TEST_P(GraphLaw, WavesAreLongestPaths) {
  std::vector<std::size_t> longest(shape_.size, 0);
  for (std::size_t round = 0; round < shape_.size; ++round) {
    for (const auto& [from, to] : shape_.edges) longest[to] = std::max(longest[to], longest[from] + 1);
  }
  const auto waves = graph_.get_waves();
  std::size_t count = 0;
  for (std::size_t level = 0; level < waves.size(); ++level) {
    for (const std::string& id : waves[level]) EXPECT_EQ(longest[graph_.index_of(id)], level);
    count += waves[level].size();
  }
  EXPECT_EQ(count, shape_.size);
  EXPECT_EQ(Plan::compile(graph_)->depth(), waves.size());
}

TEST_P(GraphLaw, PlansHoldExactlyTheAncestors) {
  std::mt19937_64 random(GetParam());
  std::vector<std::string> outputs;
  std::set<std::string> expected;
  for (std::size_t count = random() % 4; count > 0; --count) {
    outputs.push_back(testing::node_name(random() % shape_.size));
    expected.insert(outputs.back());
    for (const std::string& id : graph_.ancestors(outputs.back())) expected.insert(id);
  }
  const auto plan = Plan::compile(graph_, outputs);
  std::vector<std::string> order;
  for (std::size_t number = 0; number < plan->size(); ++number) order.push_back(plan->id(number));
  EXPECT_EQ(std::set<std::string>(order.begin(), order.end()), expected);
  std::vector<std::string> whole_order = graph_.topological_sort();
  std::erase_if(whole_order, [&](const std::string& id) { return !expected.contains(id); });
  EXPECT_EQ(order, whole_order);
  std::set<std::string> listed;
  for (const std::uint32_t number : plan->outputs()) listed.insert(plan->id(number));
  EXPECT_EQ(listed, std::set<std::string>(outputs.begin(), outputs.end()));
}

TEST_P(GraphLaw, PlanEdgesAreTheGraphsEdges) {
  const auto plan = Plan::compile(graph_);
  std::set<std::pair<std::string, std::string>> edges;
  std::map<std::string, std::uint32_t> inbound;
  for (std::size_t number = 0; number < plan->size(); ++number) {
    const PlanNode& node = plan->node(number);
    const std::uint32_t* successors = plan->successors(node);
    EXPECT_TRUE(std::is_sorted(successors, successors + node.successor_count));
    for (std::uint32_t i = 0; i < node.successor_count; ++i) {
      EXPECT_GT(successors[i], number);
      edges.emplace(plan->id(number), plan->id(successors[i]));
      ++inbound[plan->id(successors[i])];
    }
  }
  std::set<std::pair<std::string, std::string>> expected;
  for (const auto& [from, to] : shape_.edges)
    expected.emplace(testing::node_name(from), testing::node_name(to));
  EXPECT_EQ(edges, expected);
  for (std::size_t number = 0; number < plan->size(); ++number) {
    EXPECT_EQ(plan->node(number).predecessor_count, inbound[plan->id(number)]);
  }
}

TEST_P(GraphLaw, InputsAreWhatANaiveReferenceGives) {
  const auto plan = Plan::compile(graph_);
  const Value run_inputs = {{"seed", static_cast<std::int64_t>(GetParam())}};
  std::vector<Value> outputs(plan->size());
  std::map<std::string, Value> by_name;
  for (std::size_t number = 0; number < plan->size(); ++number) {
    const std::string& id = plan->id(number);
    std::vector<std::pair<std::string, Value>> fields;
    for (const Edge& edge : graph_.edges()) {
      if (edge.to == id) fields.emplace_back(edge.from, by_name.at(edge.from)["v"]);
    }
    const Value expected = fields.empty() ? run_inputs : Value::mapping(std::move(fields));
    const Value input = plan->input_of(number, run_inputs, outputs.data());
    EXPECT_EQ(input, expected) << id;
    outputs[number] = plan->node(number).target->call(input);
    by_name[id] = outputs[number];
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, GraphLaw, ::testing::Range<std::uint64_t>(1, 41));

}  // namespace
}  // namespace ember::xcs
