#include "jit/composite_table.hpp"

#include "graph/plan_builder.hpp"
#include "graph/wake_time.hpp"
#include "jit/dataflow_unit.hpp"
#include "jit/plan_recorder.hpp"

namespace ember::xcs {
namespace {

/// Composites that are made anew on every call must not fill the memory.
constexpr std::size_t most_entries = 4096;

std::shared_ptr<const Plan> plan_of_one_call(const OpReference& executed) {
  PlanBuilder builder(1);
  const InputRecipe input = builder.step_recipe(Binding::of_input());
  builder.add_node(builder.add_reference(executed), input, {});
  return builder.finish();
}

}  // namespace

CallPlan::CallPlan(const OpReference& executed) : plan_(plan_of_one_call(executed)) {}

bool CallPlan::is_cheap() const noexcept {
  if (is_async()) return false;  // What was measured is only how long its start took.
  const std::uint64_t cost = plan_->cost(0);
  return cost != 0 && cost < wake_nanoseconds;
}

CompositeForm CompositeTable::form(const OperatorBase& target) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(&target);
  return found == entries_.end() ? CompositeForm::unknown : found->second.form;
}

CompositeTable::Entry& CompositeTable::entry_of(const std::shared_ptr<const OperatorBase>& target) {
  Entry& entry = entries_[target.get()];
  if (!entry.target) entry.target = target;
  return entry;
}

CompositeForm CompositeTable::settle(const std::shared_ptr<const OperatorBase>& target, CompositeForm form) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= most_entries && !entries_.contains(target.get())) return form;
  Entry& entry = entry_of(target);
  if (entry.form == CompositeForm::unknown) entry.form = form;
  return entry.form;
}

OpReference CompositeTable::executed_locked(const OpReference& op) {
  // Under the name of the call: a plan would name it by its node.
  if (!op.target->is_composite() || !is_recursive_) return {op.target, op.name()};
  std::shared_ptr<const OperatorBase> unit;
  if (entries_.size() < most_entries || entries_.contains(op.target.get())) {
    Entry& entry = entry_of(op.target);
    if (!entry.unit) entry.unit = DataflowUnit::make(op.target);
    unit = entry.unit;
  } else {
    unit = DataflowUnit::make(op.target);
  }
  return {std::move(unit), op.name()};
}

OpReference CompositeTable::executed(const OpReference& op) {
  const std::lock_guard lock(mutex_);
  return executed_locked(op);
}

std::shared_ptr<const CallPlan> CompositeTable::call_plan(const OpReference& op) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= most_entries && !entries_.contains(op.target.get())) {
    return std::make_shared<const CallPlan>(executed_locked(op));
  }
  Entry& entry = entry_of(op.target);
  for (const auto& [label, plan] : entry.plans) {
    if (label == op.label) return plan;
  }
  entry.plans.emplace_back(op.label, std::make_shared<const CallPlan>(executed_locked(op)));
  return entry.plans.back().second;
}

CompositeForm settled_form(const std::shared_ptr<CompositeTable>& table, const OpReference& op) {
  if (!table->is_recursive() || op.target->specification()) return CompositeForm::unit;
  const CompositeForm known = table->form(*op.target);
  if (known != CompositeForm::unknown) return known;
  const auto recorder = std::make_shared<PlanRecorder>(table, nullptr);
  CompositeForm form = CompositeForm::unit;
  try {
    const InterpreterScope scope(recorder);
    (void)op.target->call_symbolic(recorder->inputs(*op.target));
    if (recorder->reads().empty()) form = CompositeForm::open;
  } catch (...) {  // It reads data, or fails for want of it: then it is one call.
    form = CompositeForm::unit;
  }
  recorder->finish();
  return table->settle(op.target, form);
}

}  // namespace ember::xcs
