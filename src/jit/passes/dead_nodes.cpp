// Dead nodes: plain execution makes every call, also those whose answer nobody uses, and fails where they
// fail. So only what can not be noticed goes.
#include <algorithm>
#include <cstddef>
#include <vector>

#include "jit/passes/program_passes.hpp"

namespace ember::xcs {
namespace {

using Form = Binding::Form;

bool is_droppable(const OperatorBase& target) {
  return target.is_pure() && target.never_fails() && target.takes_any_input() && !target.is_composite() &&
         target.specification() == nullptr;
}

class DeadCalls {
 public:
  DeadCalls(CompositeProgram& program, PassReport& report)
      : program_(program), report_(report), is_used_(program.steps.size()) {
    for (std::size_t op = 0; op < program.operators->size(); ++op) {
      is_droppable_.push_back(
          xcs::is_droppable(*(*program.operators)[static_cast<std::uint32_t>(op)].target));
      may_drop_ = may_drop_ || is_droppable_.back();
    }
  }

  void drop() {
    if (!may_drop_) return;
    use(program_.answer);
    for (const Binding& look_up : program_.look_ups) use(look_up);
    for (std::size_t number = program_.steps.size(); number-- > 0;) {
      RecordedStep& step = program_.steps[number];
      if (step.is_removed()) continue;
      if (is_used_[number] || step.is_guard || !is_droppable_[step.op]) {
        use(step.binding);
        for (const std::uint32_t other : step.after) is_used_[other] = true;
      } else {
        step.is_dropped = true;
        keep_look_ups(step.binding);
        ++report_.dropped_calls;
      }
    }
  }

 private:
  void use(const Binding& binding) {
    if (binding.form == Form::node) is_used_[binding.node] = true;
    for (const auto& [name, part] : binding.parts) use(part);
  }

  /// What may fail when `binding` is put together.
  void keep_look_ups(const Binding& binding) {
    if (binding.form == Form::list || binding.form == Form::object) {
      for (const auto& [name, part] : binding.parts) keep_look_ups(part);
    } else if (!binding.path.empty() || binding.form == Form::merge) {
      use(binding);
      program_.look_ups.push_back(binding);
    }
  }

  CompositeProgram& program_;
  PassReport& report_;
  std::vector<bool> is_used_;
  std::vector<bool> is_droppable_;
  bool may_drop_ = false;
};

bool starts_with(const Path& path, const Path& start) {
  return path.size() >= start.size() && std::equal(start.begin(), start.end(), path.begin());
}

/// True when every input that answers as `fact` says has the part at `path`.
bool vouches(const StructureFact& fact, const Path& path) {
  if (starts_with(fact.path, path)) return true;
  return fact.question == StructureFact::Question::field && fact.answer != 0 &&
         path.size() == fact.path.size() + 1 && starts_with(path, fact.path) &&
         path.back() == PathStep(fact.field);
}

}  // namespace

void drop_dead_calls(CompositeProgram& program, PassReport& report) {
  DeadCalls(program, report).drop();
}

void drop_certain_look_ups(CompositeProgram& program, PassReport& report) {
  if (program.look_ups.empty() || program.facts.empty()) return;
  const auto is_certain = [&](const Binding& look_up) {
    if (look_up.form != Form::graph_input) return false;
    return std::any_of(program.facts.begin(), program.facts.end(),
                       [&](const StructureFact& fact) { return vouches(fact, look_up.path); });
  };
  report.dropped_look_ups += std::erase_if(program.look_ups, is_certain);
}

}  // namespace ember::xcs
