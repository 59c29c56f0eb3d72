// PlanBuilder: puts a plan together node by node, in topological order, whoever knows the nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "graph/plan.hpp"

namespace ember::xcs {

class PlanBuilder {
 public:
  /// Throws GraphError when there are more nodes than a plan can have.
  explicit PlanBuilder(std::size_t size);

  /// Adds an operator under a name. Returns its position, for `add_node`.
  std::uint32_t add_reference(OpReference reference);
  /// Stores a binding. `numbers` gives the new number of each node in it; null leaves them as they are.
  BindingStore::Place add_binding(const Binding& binding, const std::uint32_t* numbers = nullptr);
  /// The recipe of a program step whose input is `binding`.
  InputRecipe step_recipe(const Binding& binding, const std::uint32_t* numbers = nullptr);
  std::uint32_t add_edge_input(EdgeInput input);
  /// Adds the next node. `before`: the numbers of its predecessors, each once; a check has some. Returns its
  /// number.
  std::uint32_t add_node(std::uint32_t reference, InputRecipe recipe,
                         const std::vector<std::uint32_t>& before, bool is_check = false);
  /// Names the latest node, in place of what recorded nodes are called.
  void name_node(std::string id, std::vector<std::string> aliases);
  /// Says where the latest node stood in what was recorded, when that is not its number.
  void place_node(std::uint32_t position);

  /// The plan; without `outputs` the results hold the outputs of all nodes.
  [[nodiscard]] std::shared_ptr<const Plan> finish(const PlanPasses& passes = {});
  [[nodiscard]] std::shared_ptr<const Plan> finish(std::vector<std::uint32_t> outputs,
                                                   const PlanPasses& passes = {});

 private:
  void link_successors();
  void measure_waves();

  std::shared_ptr<Plan> plan_;
  BindingWriter bindings_;
  /// Predecessors of all nodes, one after the other.
  std::vector<std::uint32_t> before_;
  bool has_aliases_ = false;
};

}  // namespace ember::xcs
