// Compiling a graph: prune to what the outputs need, renumber in topological order, decide per node where its
// input comes from.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include <ember/error.hpp>

#include "base/closest_name.hpp"
#include "graph/input_conflicts.hpp"
#include "graph/order.hpp"
#include "graph/plan.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {

class PlanCompiler {
 public:
  explicit PlanCompiler(const XCSGraph& graph) : graph_(graph), plan_(std::make_shared<Plan>()) {}

  std::shared_ptr<const Plan> compile(const std::optional<std::vector<std::string>>& outputs) {
    if (graph_.size() >= std::numeric_limits<std::uint32_t>::max())
      throw GraphError("the graph has too many nodes");
    const std::vector<std::size_t> order = graph_.topological_indices();
    number_nodes(order, outputs);
    for (const std::size_t index : kept_) add_node(index);
    link_successors();
    measure_waves();
    plan_->costs_ = std::make_unique<std::atomic<std::uint32_t>[]>(plan_->size());
    return std::move(plan_);
  }

 private:
  static constexpr std::uint32_t dropped = std::numeric_limits<std::uint32_t>::max();

  [[nodiscard]] std::size_t index_of_output(const std::string& name) const {
    if (graph_.has_node(name)) return graph_.index_of(name);
    std::vector<std::string> names;
    for (const Node& node : graph_.nodes()) {
      names.push_back(node.id);
      names.insert(names.end(), node.aliases.begin(), node.aliases.end());
    }
    throw InvalidArgumentError("unknown output node '" + name + "'; " + graph_.known_names() +
                               suggestion(name, names));
  }

  void number_nodes(const std::vector<std::size_t>& order,
                    const std::optional<std::vector<std::string>>& outputs) {
    std::vector<bool> is_output(graph_.size(), !outputs);
    std::vector<bool> is_needed(graph_.size(), true);
    if (outputs) {
      std::vector<std::size_t> roots;
      for (const std::string& name : *outputs) roots.push_back(index_of_output(name));
      for (const std::size_t root : roots) is_output[root] = true;
      is_needed = ancestor_mask(graph_.before_, roots);
    }
    numbers_.assign(graph_.size(), dropped);
    for (const std::size_t index : order) {
      if (!is_needed[index]) continue;
      numbers_[index] = static_cast<std::uint32_t>(kept_.size());
      if (is_output[index]) plan_->outputs_.push_back(numbers_[index]);
      kept_.push_back(index);
    }
    reserve();
  }

  void reserve() {
    plan_->nodes_.reserve(kept_.size());
    plan_->recipes_.reserve(kept_.size());
    plan_->references_.reserve(kept_.size());
    plan_->ids_.reserve(kept_.size());
    plan_->aliases_.reserve(kept_.size());
  }

  void add_node(std::size_t index) {
    const Node& node = graph_.nodes()[index];
    require_no_declared_conflict(graph_, index);
    PlanNode made;
    made.target = node.op.target.get();
    plan_->has_gpu_node_ = plan_->has_gpu_node_ || made.target->prefers_gpu();
    for (const std::size_t before : graph_.predecessor_indices(index)) {
      PlanNode& predecessor = plan_->nodes_[numbers_[before]];
      ++predecessor.successor_count;
      ++made.predecessor_count;
      made.wave = std::max(made.wave, predecessor.wave + 1);
    }
    if (made.predecessor_count == 0) plan_->sources_.push_back(numbers_[index]);
    plan_->nodes_.push_back(made);
    plan_->recipes_.push_back(node.binding ? recorded_recipe(node) : edge_recipe(index));
    plan_->references_.push_back(
        {node.op.target, node.op.label.empty() ? node.display_name() : node.op.label});
    plan_->ids_.push_back(node.id);
    plan_->aliases_.push_back(node.aliases);
  }

  [[nodiscard]] InputRecipe recorded_recipe(const Node& node) const {
    const Binding& binding = *node.binding;
    InputRecipe recipe;
    recipe.is_program_step = node.is_program_step;
    if (binding.path.empty() && binding.form == Binding::Form::node) {
      recipe.form = InputRecipe::Form::whole_output;
      recipe.node = numbers_[binding.node];
    } else if (binding.path.empty() && binding.form == Binding::Form::graph_input) {
      recipe.form = InputRecipe::Form::run_inputs;
    } else {
      recipe.form = InputRecipe::Form::binding;
      recipe.is_source =
          !node.is_program_step && binding.form == Binding::Form::literal && node.after.empty();
      recipe.binding =
          binding.renumbered([this](std::size_t index) -> std::size_t { return numbers_[index]; });
    }
    return recipe;
  }

  [[nodiscard]] InputRecipe edge_recipe(std::size_t index) const {
    const Node& node = graph_.nodes()[index];
    const auto& inbound = graph_.inbound_edges(index);
    InputRecipe recipe;
    recipe.on_conflict = node.options.on_conflict;
    recipe.literal = node.options.inputs;
    recipe.is_source = inbound.empty();
    if (inbound.empty() && node.op.target->arity() == 0) {
      // A function without arguments takes nothing, not even an empty mapping.
      recipe.form = InputRecipe::Form::binding;
      recipe.is_source = false;
      return recipe;
    }
    if (inbound.empty()) recipe.parts.push_back({});
    if (!node.options.input_mapping.empty()) {
      recipe.parts.push_back({InputPart::From::run_inputs, 0, node.options.input_mapping});
    }
    for (const std::size_t edge : inbound) recipe.parts.push_back(part_of(graph_.edges()[edge]));
    return simplified(std::move(recipe));
  }

  [[nodiscard]] InputPart part_of(const Edge& edge) const {
    if (edge.from == XCSGraph::input_id) return {InputPart::From::run_inputs, 0, edge.field_mappings};
    return {InputPart::From::node, numbers_[graph_.index_of(edge.from)], edge.field_mappings};
  }

  /// A single whole value needs no merging.
  static InputRecipe simplified(InputRecipe recipe) {
    recipe.form = InputRecipe::Form::parts;
    if (recipe.parts.size() != 1 || !recipe.parts[0].mappings.empty()) return recipe;
    const InputPart& only = recipe.parts[0];
    if (only.from == InputPart::From::run_inputs && (recipe.is_source || recipe.literal.is_null())) {
      recipe.form = InputRecipe::Form::run_inputs;
    } else if (only.from == InputPart::From::node && recipe.literal.is_null()) {
      recipe.form = InputRecipe::Form::whole_output;
      recipe.node = only.node;
    } else {
      return recipe;
    }
    recipe.parts = {};
    return recipe;
  }

  void link_successors() {
    std::uint32_t total = 0;
    for (PlanNode& node : plan_->nodes_) {
      node.first_successor = total;
      total += node.successor_count;
      node.successor_count = 0;
    }
    plan_->successors_.resize(total);
    for (std::uint32_t number = 0; number < kept_.size(); ++number) {
      for (const std::size_t before : graph_.predecessor_indices(kept_[number])) {
        PlanNode& predecessor = plan_->nodes_[numbers_[before]];
        plan_->successors_[predecessor.first_successor + predecessor.successor_count++] = number;
      }
    }
  }

  void measure_waves() {
    std::vector<std::uint32_t> sizes;
    for (const PlanNode& node : plan_->nodes_) {
      if (node.wave >= sizes.size()) sizes.resize(node.wave + 1);
      plan_->width_ = std::max(plan_->width_, ++sizes[node.wave]);
    }
    plan_->depth_ = static_cast<std::uint32_t>(sizes.size());
  }

  const XCSGraph& graph_;
  std::shared_ptr<Plan> plan_;
  std::vector<std::size_t> kept_;
  std::vector<std::uint32_t> numbers_;
};

std::shared_ptr<const Plan> Plan::compile(const XCSGraph& graph,
                                          const std::optional<std::vector<std::string>>& outputs) {
  if (graph.is_incomplete()) {
    throw TraceError(with_recording_help("The graph is incomplete: an exception ended its recording"));
  }
  return PlanCompiler(graph).compile(outputs);
}

std::shared_ptr<const Plan> XCSGraph::PlanCache::get(const XCSGraph& graph) {
  const std::lock_guard lock(mutex_);
  if (!plan_) plan_ = Plan::compile(graph);
  return plan_;
}

std::shared_ptr<const Plan> XCSGraph::plan() const {
  return plan_cache_.get(*this);
}

void Plan::note_cost(std::size_t number, std::uint64_t nanoseconds) const noexcept {
  // Races lose a sample, never more: the average is a hint.
  const std::uint64_t old = costs_[number].load(std::memory_order_relaxed);
  const std::uint64_t sample = std::clamp<std::uint64_t>(nanoseconds, 1, UINT32_MAX);
  const std::uint64_t average = old == 0 ? sample : (old * 3 + sample) / 4;
  costs_[number].store(static_cast<std::uint32_t>(std::max<std::uint64_t>(average, 1)),
                       std::memory_order_relaxed);
}

}  // namespace ember::xcs
