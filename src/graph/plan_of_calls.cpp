// Plans of many calls of one operator: there are no edges to look at.
#include "graph/plan_builder.hpp"

namespace ember::xcs {

std::shared_ptr<const Plan> Plan::of_calls(const OpReference& op, std::size_t count,
                                           InputRecipe::Form input) {
  PlanBuilder builder(count);
  const std::uint32_t reference = builder.add_reference({op.target, op.name()});
  for (std::uint32_t number = 0; number < count; ++number) {
    InputRecipe recipe;
    recipe.form = input;
    recipe.is_program_step = true;
    if (input == InputRecipe::Form::item) recipe.index = number;
    builder.add_node(reference, recipe, {});
  }
  return builder.finish();
}

}  // namespace ember::xcs
