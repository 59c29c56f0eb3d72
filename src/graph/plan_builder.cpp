#include "graph/plan_builder.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include <ember/error.hpp>

namespace ember::xcs {

PlanBuilder::PlanBuilder(std::size_t size) : plan_(std::make_shared<Plan>()), bindings_(plan_->bindings_) {
  if (size >= std::numeric_limits<std::uint32_t>::max()) throw GraphError("the graph has too many nodes");
  plan_->nodes_.reserve(size);
  plan_->recipes_.reserve(size);
  plan_->reference_of_.reserve(size);
  before_.reserve(size);
}

std::uint32_t PlanBuilder::add_reference(OpReference reference) {
  plan_->references_.push_back(std::move(reference));
  return static_cast<std::uint32_t>(plan_->references_.size() - 1);
}

BindingStore::Place PlanBuilder::add_binding(const Binding& binding, const std::uint32_t* numbers) {
  return bindings_.add(binding, numbers);
}

InputRecipe PlanBuilder::step_recipe(const Binding& binding, const std::uint32_t* numbers) {
  InputRecipe recipe;
  recipe.is_program_step = true;
  if (binding.path.empty() && binding.form == Binding::Form::node) {
    recipe.form = InputRecipe::Form::whole_output;
    recipe.index = numbers ? numbers[binding.node] : static_cast<std::uint32_t>(binding.node);
  } else if (!binding.path.empty() || binding.form != Binding::Form::graph_input) {
    recipe.form = InputRecipe::Form::binding;
    recipe.index = add_binding(binding, numbers);
  }
  return recipe;
}

std::uint32_t PlanBuilder::add_edge_input(EdgeInput input) {
  plan_->edge_inputs_.push_back(std::move(input));
  return static_cast<std::uint32_t>(plan_->edge_inputs_.size() - 1);
}

std::uint32_t PlanBuilder::add_node(std::uint32_t reference, InputRecipe recipe,
                                    const std::vector<std::uint32_t>& before, bool is_check) {
  const auto number = static_cast<std::uint32_t>(plan_->nodes_.size());
  PlanNode made;
  made.target = plan_->references_[reference].target.get();
  made.is_check = is_check;
  made.predecessor_count = static_cast<std::uint32_t>(before.size());
  for (const std::uint32_t predecessor : before) {
    PlanNode& node = plan_->nodes_[predecessor];
    ++node.successor_count;
    // A check takes no time: what waits for it is on its level.
    made.wave = std::max(made.wave, node.wave + (node.is_check ? 0U : 1U));
  }
  before_.insert(before_.end(), before.begin(), before.end());
  if (before.empty()) plan_->sources_.push_back(number);
  plan_->nodes_.push_back(made);
  plan_->recipes_.push_back(recipe);
  plan_->reference_of_.push_back(reference);
  return number;
}

void PlanBuilder::name_node(std::string id, std::vector<std::string> aliases) {
  has_aliases_ = has_aliases_ || !aliases.empty();
  plan_->ids_.push_back(std::move(id));
  plan_->aliases_.push_back(std::move(aliases));
}

void PlanBuilder::place_node(std::uint32_t position) {
  auto& positions = plan_->positions_;
  // Those before it stand where their numbers say.
  for (std::size_t number = positions.size(); number + 1 < plan_->size(); ++number)
    positions.push_back(static_cast<std::uint32_t>(number));
  positions.push_back(position);
}

std::shared_ptr<const Plan> PlanBuilder::finish(const PlanPasses& passes) {
  std::vector<std::uint32_t> all(plan_->size());
  std::iota(all.begin(), all.end(), 0U);
  return finish(std::move(all), passes);
}

std::shared_ptr<const Plan> PlanBuilder::finish(std::vector<std::uint32_t> outputs,
                                                const PlanPasses& passes) {
  plan_->outputs_ = std::move(outputs);
  link_successors();
  measure_waves();
  if (!has_aliases_) plan_->aliases_ = {};
  for (const OpReference& reference : plan_->references_)
    plan_->has_gpu_node_ = plan_->has_gpu_node_ || reference.target->prefers_gpu();
  plan_->costs_ = std::make_unique<Plan::Cost[]>(plan_->size());
  plan_->schedule_.set_up(*plan_, passes);
  bindings_.finish();
  plan_->sources_.shrink_to_fit();
  plan_->references_.shrink_to_fit();
  plan_->edge_inputs_.shrink_to_fit();
  return std::move(plan_);
}

void PlanBuilder::link_successors() {
  std::uint32_t total = 0;
  for (PlanNode& node : plan_->nodes_) {
    node.first_successor = total;
    total += node.successor_count;
    node.successor_count = 0;
  }
  plan_->successors_.resize(total);
  const std::uint32_t* before = before_.data();
  for (std::uint32_t number = 0; number < plan_->size(); ++number) {
    const std::uint32_t* const end = before + plan_->nodes_[number].predecessor_count;
    for (; before != end; ++before) {
      PlanNode& predecessor = plan_->nodes_[*before];
      plan_->successors_[predecessor.first_successor + predecessor.successor_count++] = number;
    }
  }
}

void PlanBuilder::measure_waves() {
  std::vector<std::uint32_t> sizes;
  for (const PlanNode& node : plan_->nodes_) {
    if (node.is_check) continue;
    if (node.wave >= sizes.size()) sizes.resize(node.wave + 1);
    plan_->width_ = std::max(plan_->width_, ++sizes[node.wave]);
  }
  plan_->depth_ = static_cast<std::uint32_t>(sizes.size());
}

}  // namespace ember::xcs
