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
#include "graph/plan_builder.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {

class PlanCompiler {
 public:
  explicit PlanCompiler(const XCSGraph& graph) : graph_(graph), builder_(graph.size()) {}

  std::shared_ptr<const Plan> compile(const std::optional<std::vector<std::string>>& outputs,
                                      const PlanPasses& passes) {
    number_nodes(graph_.topological_indices(), outputs);
    for (const std::size_t index : kept_) add_node(index);
    return builder_.finish(std::move(outputs_), passes);
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
      if (is_output[index]) outputs_.push_back(numbers_[index]);
      kept_.push_back(index);
    }
  }

  void add_node(std::size_t index) {
    const Node& node = graph_.nodes()[index];
    require_no_declared_conflict(graph_, index);
    before_.clear();
    for (const std::size_t before : graph_.predecessor_indices(index)) before_.push_back(numbers_[before]);
    const std::uint32_t reference =
        builder_.add_reference({node.op.target, node.op.label.empty() ? node.display_name() : node.op.label});
    builder_.add_node(reference, node.binding ? recorded_recipe(node) : edge_recipe(index), before_);
    builder_.name_node(node.id, node.aliases);
  }

  [[nodiscard]] InputRecipe recorded_recipe(const Node& node) {
    const Binding& binding = *node.binding;
    InputRecipe recipe = builder_.step_recipe(binding, numbers_.data());
    recipe.is_program_step = node.is_program_step;
    recipe.is_source = !node.is_program_step && binding.form == Binding::Form::literal && node.after.empty();
    return recipe;
  }

  [[nodiscard]] InputRecipe edge_recipe(std::size_t index) {
    const Node& node = graph_.nodes()[index];
    const auto& inbound = graph_.inbound_edges(index);
    InputRecipe recipe;
    if (inbound.empty() && node.op.target->arity() == 0) {
      // A function without arguments takes nothing, not even an empty mapping.
      recipe.form = InputRecipe::Form::binding;
      recipe.index = builder_.add_binding({});
      return recipe;
    }
    recipe.is_source = inbound.empty();
    EdgeInput input{node.options.on_conflict, node.options.inputs, {}};
    if (inbound.empty()) input.parts.push_back({});
    if (!node.options.input_mapping.empty()) {
      input.parts.push_back({InputPart::From::run_inputs, 0, node.options.input_mapping});
    }
    for (const std::size_t edge : inbound) input.parts.push_back(part_of(graph_.edges()[edge]));
    return with_input(recipe, std::move(input));
  }

  [[nodiscard]] InputPart part_of(const Edge& edge) const {
    if (edge.from == XCSGraph::input_id) return {InputPart::From::run_inputs, 0, edge.field_mappings};
    return {InputPart::From::node, numbers_[graph_.index_of(edge.from)], edge.field_mappings};
  }

  /// A single whole value needs no merging.
  [[nodiscard]] InputRecipe with_input(InputRecipe recipe, EdgeInput input) {
    const bool is_whole = input.parts.size() == 1 && input.parts[0].mappings.empty();
    const bool has_literal = !input.literal.is_null();
    if (is_whole && input.parts[0].from == InputPart::From::node && !has_literal) {
      recipe.form = InputRecipe::Form::whole_output;
      recipe.index = input.parts[0].node;
      return recipe;
    }
    const bool is_run_inputs =
        is_whole && input.parts[0].from == InputPart::From::run_inputs && (recipe.is_source || !has_literal);
    if (!is_run_inputs) recipe.form = InputRecipe::Form::parts;
    if (is_run_inputs) input.parts = {};
    if (!is_run_inputs || has_literal) recipe.index = builder_.add_edge_input(std::move(input));
    return recipe;
  }

  const XCSGraph& graph_;
  PlanBuilder builder_;
  std::vector<std::size_t> kept_;
  std::vector<std::uint32_t> numbers_;
  std::vector<std::uint32_t> outputs_;
  std::vector<std::uint32_t> before_;
};

std::shared_ptr<const Plan> Plan::compile(const XCSGraph& graph,
                                          const std::optional<std::vector<std::string>>& outputs,
                                          const PlanPasses& passes) {
  if (graph.is_incomplete()) {
    throw TraceError(with_recording_help("The graph is incomplete: an exception ended its recording"));
  }
  return PlanCompiler(graph).compile(outputs, passes);
}

std::shared_ptr<const Plan> XCSGraph::PlanCache::get(const XCSGraph& graph) {
  const std::lock_guard lock(mutex_);
  if (!plan_) plan_ = Plan::compile(graph);
  return plan_;
}

std::shared_ptr<const Plan> XCSGraph::plan() const {
  return plan_cache_.get(*this);
}

const std::vector<std::string>& Plan::recorded_ids() const {
  std::call_once(has_recorded_ids_, [this] {
    recorded_ids_.reserve(size());
    for (std::size_t number = 0; number < size(); ++number) {
      recorded_ids_.push_back(nodes_[number].target->name() + "_" + std::to_string(position(number)));
    }
  });
  return recorded_ids_;
}

const std::unordered_map<std::string_view, std::uint32_t>& Plan::nodes_by_name() const {
  std::call_once(has_nodes_by_name_, [this] {
    nodes_by_name_.reserve(size());
    for (std::uint32_t number = 0; number < size(); ++number) {
      nodes_by_name_.emplace(id(number), number);
      for (const std::string& alias : aliases(number)) nodes_by_name_.emplace(alias, number);
    }
  });
  return nodes_by_name_;
}

std::size_t Plan::node_named(std::string_view name) const {
  // An index costs as much as several looks, and most plans are asked for one name.
  constexpr std::size_t few_nodes = 32;
  constexpr std::uint32_t few_looks = 8;
  if (size() > few_nodes && name_look_ups_.fetch_add(1, std::memory_order_relaxed) >= few_looks) {
    const auto found = nodes_by_name().find(name);
    return found == nodes_by_name().end() ? size() : found->second;
  }
  for (std::size_t number = 0; number < size(); ++number) {
    const auto& other_names = aliases(number);
    if (id(number) == name || std::find(other_names.begin(), other_names.end(), name) != other_names.end()) {
      return number;
    }
  }
  return size();
}

void Plan::note_cost(std::size_t number, std::uint64_t nanoseconds) const noexcept {
  // Races lose a sample, never more: the average is a hint.
  Cost& cost = costs_[number];
  const auto sample = static_cast<float>(std::max<std::uint64_t>(nanoseconds, 1));
  const float before = cost.latest.exchange(sample, std::memory_order_relaxed);
  // What slows a node down once, like being called for the first time or another program, is not its own.
  const float likely = before == 0 ? sample : std::min(before, sample);
  const float old = cost.average.load(std::memory_order_relaxed);
  const float average = old == 0 ? likely : likely < old ? (old + likely) / 2 : (old * 3 + likely) / 4;
  cost.average.store(average, std::memory_order_relaxed);
}

void Plan::forget_costs() const noexcept {
  for (std::size_t number = 0; number < size(); ++number) {
    costs_[number].latest.store(0, std::memory_order_relaxed);
    costs_[number].average.store(0, std::memory_order_relaxed);
  }
  schedule_.withdraw_advice();
}

}  // namespace ember::xcs
