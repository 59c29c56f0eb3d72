#include "graph/plan_graph.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "graph/plan.hpp"

namespace ember::xcs {
namespace {

class GraphOfPlan {
 public:
  explicit GraphOfPlan(const Plan& plan) : plan_(plan), numbers_(plan.size()) {}

  XCSGraph build() {
    for (std::size_t node = 0; node < plan_.size(); ++node) {
      if (plan_.node(node).is_check) continue;
      numbers_[node] = graph_.size();
      ids_.push_back(graph_.add_recorded_node(plan_.reference(node), input_of(node), {}, true));
    }
    for (std::size_t node = 0; node < plan_.size(); ++node) add_orders(node);
    return std::move(graph_);
  }

 private:
  [[nodiscard]] Binding input_of(std::size_t node) const {
    const InputRecipe& recipe = plan_.recipe(node);
    if (recipe.form == InputRecipe::Form::whole_output) return Binding::of_node(numbers_[recipe.index]);
    if (recipe.form == InputRecipe::Form::binding) return renumbered(plan_.bindings().binding(recipe.index));
    return Binding::of_input();
  }

  [[nodiscard]] Binding renumbered(Binding binding) const {
    if (binding.form == Binding::Form::node) binding.node = numbers_[binding.node];
    for (auto& [name, part] : binding.parts) part = renumbered(std::move(part));
    return binding;
  }

  void add_orders(std::size_t node) {
    const PlanNode& plan_node = plan_.node(node);
    if (plan_node.is_check) return;
    const std::uint32_t* successors = plan_.successors(plan_node);
    for (std::uint32_t i = 0; i < plan_node.successor_count; ++i) {
      if (plan_.node(successors[i]).is_check) continue;
      const auto& flows = graph_.successor_indices(numbers_[node]);
      const std::size_t successor = numbers_[successors[i]];
      if (std::find(flows.begin(), flows.end(), successor) == flows.end())
        graph_.add_order(ids_[numbers_[node]], ids_[successor]);
    }
  }

  const Plan& plan_;
  XCSGraph graph_;
  /// By node of the plan: its number in the graph.
  std::vector<std::size_t> numbers_;
  std::vector<std::string> ids_;
};

}  // namespace

XCSGraph graph_of(const Plan& plan) {
  return GraphOfPlan(plan).build();
}

}  // namespace ember::xcs
