#include "jit/program_text.hpp"

namespace ember::xcs {
namespace {

std::string line_of(const std::string& id, const std::string& name, const std::string& input) {
  return "    " + id + " = " + name + "(" + input + ")\n";
}

}  // namespace

std::string plan_text(const Plan& plan) {
  std::string text;
  const auto id = [&](std::size_t number) { return plan.id(number); };
  for (std::size_t node = 0; node < plan.size(); ++node) {
    const InputRecipe& recipe = plan.recipe(node);
    std::string input = "$input";
    if (recipe.form == InputRecipe::Form::whole_output) input = plan.id(recipe.index);
    if (recipe.form == InputRecipe::Form::binding)
      input = to_string(plan.bindings().binding(recipe.index), id);
    text += line_of(plan.id(node), plan.reference(node).name(), input);
  }
  return text;
}

std::string program_text(const CompositeProgram& program) {
  std::string text;
  const auto op = [&](std::size_t step) -> const OpReference& {
    return (*program.operators)[program.steps[step].op];
  };
  const auto id = [&](std::size_t step) { return op(step).target->name() + "_" + std::to_string(step); };
  for (std::size_t step = 0; step < program.steps.size(); ++step)
    text += line_of(id(step), op(step).name(), to_string(program.steps[step].binding, id));
  return text;
}

}  // namespace ember::xcs
