// Common calls: an operator that says it is pure gives equal answers and equal errors to equal inputs. The
// first call in program order stays: it is the one that plain execution fails in.
#include <cstddef>
#include <unordered_set>
#include <vector>

#include "graph/binding_equality.hpp"
#include "jit/passes/program_passes.hpp"

namespace ember::xcs {
namespace {

class CallMerger {
 public:
  CallMerger(CompositeProgram& program, PassReport& report)
      : program_(program), report_(report), seen_(0, Hash{program}, Equal{program}) {
    for (std::size_t op = 0; op < program.operators->size(); ++op) {
      const OperatorBase& target = *(*program.operators)[static_cast<std::uint32_t>(op)].target;
      is_mergeable_.push_back(target.is_pure() && !target.is_stochastic());
      may_merge_ = may_merge_ || is_mergeable_.back();
    }
  }

  void merge() {
    if (!may_merge_) return;
    for (std::uint32_t number = 0; number < program_.steps.size(); ++number) {
      RecordedStep& step = program_.steps[number];
      redirect(step.binding, &step);
      if (step.is_guard || step.is_removed() || !is_mergeable_[step.op]) continue;
      const auto [first, is_new] = seen_.insert(number);
      if (is_new) continue;
      step.merged_into = *first;
      ++report_.merged_calls;
    }
    redirect(program_.answer, nullptr);
    for (Binding& look_up : program_.look_ups) redirect(look_up, nullptr);
  }

 private:
  struct Hash {
    const CompositeProgram& program;
    std::size_t operator()(std::uint32_t number) const {
      const RecordedStep& step = program.steps[number];
      return hash_of(step.binding) ^ std::hash<const void*>()(target_of(program, step));
    }
  };
  struct Equal {
    const CompositeProgram& program;
    bool operator()(std::uint32_t left, std::uint32_t right) const {
      const RecordedStep& one = program.steps[left];
      const RecordedStep& other = program.steps[right];
      return target_of(program, one) == target_of(program, other) && is_identical(one.binding, other.binding);
    }
  };

  /// By instance: a call may go by another name.
  static const OperatorBase* target_of(const CompositeProgram& program, const RecordedStep& step) {
    return (*program.operators)[step.op].target.get();
  }

  /// Lets `binding`, an input of `user`, refer to the calls that stayed.
  void redirect(Binding& binding, RecordedStep* user) {
    if (binding.form == Binding::Form::node) {
      const RecordedStep& used = program_.steps[binding.node];
      if (used.merged_into != RecordedStep::none) {
        binding.node = used.merged_into;
        // It may not start before those that the call waited for.
        if (user) user->after.insert(user->after.end(), used.after.begin(), used.after.end());
      }
    }
    for (auto& [name, part] : binding.parts) redirect(part, user);
  }

  CompositeProgram& program_;
  PassReport& report_;
  std::vector<bool> is_mergeable_;
  bool may_merge_ = false;
  std::unordered_set<std::uint32_t, Hash, Equal> seen_;
};

}  // namespace

void merge_common_calls(CompositeProgram& program, PassReport& report) {
  CallMerger(program, report).merge();
}

}  // namespace ember::xcs
