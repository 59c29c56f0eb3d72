#include "jit/trace_set.hpp"

#include <algorithm>
#include <utility>

#include "graph/binding_equality.hpp"
#include "value/exact_value.hpp"

namespace ember::xcs {
namespace {

bool is_same_step(const KeptTrace& one, const KeptTrace& other, std::size_t number) {
  const RecordedStep& left = one.steps()[number];
  const RecordedStep& right = other.steps()[number];
  if (left.is_guard != right.is_guard) return false;
  if (left.is_guard) {
    return one.guard(number).asks_the_same(other.guard(number)) &&
           is_exactly(one.guard(number).seen, other.guard(number).seen);
  }
  const OpReference& op = one.op(number);
  return op.target == other.op(number).target && op.label == other.op(number).label &&
         is_identical(left.binding, right.binding);
}

/// `binding` for the steps from `first` on: what comes before them is their input.
Binding rest_of(const Binding& binding, std::size_t first) {
  Binding made = binding;
  if (binding.form == Binding::Form::node && binding.node >= first) {
    made.node -= first;
  } else if (binding.form == Binding::Form::node || binding.form == Binding::Form::graph_input) {
    const std::size_t place = binding.form == Binding::Form::node ? binding.node + 1 : 0;
    made = Binding::of_input({place});
    made.path.insert(made.path.end(), binding.path.begin(), binding.path.end());
  }
  for (auto& [name, part] : made.parts) part = rest_of(part, first);
  return made;
}

}  // namespace

// One trace
// --------------------------------------------------------------------------------------------------------

KeptTrace::KeptTrace(const TraceLog& log, std::shared_ptr<CompositeTable> table, const PlanPasses& passes)
    : table_(std::move(table)), passes_(passes), program_(log.program()), input_guards_(log.input_guards()) {
  whole_.recorded = compile_program(program_, *table_, passes_);
}

bool KeptTrace::holds_for(const Value& input) const {
  return std::all_of(input_guards_.begin(), input_guards_.end(),
                     [&](const auto& guard) { return guard->holds_for_input(input); }) &&
         signatures_hold(signatures());
}

const TraceSegment& KeptTrace::rest(std::size_t first) const {
  const std::lock_guard lock(mutex_);
  TraceSegment& segment = rests_[first];
  if (segment.recorded.plan) return segment;
  CompositeProgram rest;
  rest.operators = program_.operators;
  rest.steps.assign(steps().begin() + static_cast<std::ptrdiff_t>(first), steps().end());
  for (RecordedStep& step : rest.steps) {
    step.binding = rest_of(step.binding, first);
    std::erase_if(step.after, [first](std::uint32_t other) { return other < first; });
    for (std::uint32_t& other : step.after) other -= static_cast<std::uint32_t>(first);
  }
  rest.answer = rest_of(program_.answer, first);
  for (const Binding& look_up : program_.look_ups) rest.look_ups.push_back(rest_of(look_up, first));
  segment.first = first;
  segment.recorded = compile_program(std::move(rest), *table_, passes_);
  return segment;
}

const TraceGuard& KeptTrace::guard(std::size_t step) const {
  return *GuardOperator::guard_of(*op(step).target);
}

bool KeptTrace::begins_like(const KeptTrace& other, std::size_t end) const {
  if (std::min(steps().size(), other.steps().size()) < end) return false;
  for (std::size_t step = 0; step < end; ++step) {
    if (!is_same_step(*this, other, step)) return false;
  }
  return true;
}

std::size_t KeptTrace::calls() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(steps().begin(), steps().end(), [](const RecordedStep& step) { return !step.is_guard; }));
}

bool KeptTrace::is_certain() const noexcept {
  return input_guards_.empty() && calls() == steps().size();
}

void KeptTrace::note_failure(std::size_t step) const {
  const std::lock_guard lock(mutex_);
  ++failures_[step];
}

std::uint64_t KeptTrace::held(std::size_t step) const {
  const std::lock_guard lock(mutex_);
  // Where a later guard failed, this one held.
  std::uint64_t count = replays();
  for (auto later = failures_.upper_bound(step); later != failures_.end(); ++later) count += later->second;
  return count;
}

std::uint64_t KeptTrace::failed(std::size_t step) const {
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(step);
  return found == failures_.end() ? 0 : found->second;
}

// All of them
// ------------------------------------------------------------------------------------------------------

TraceSet::Trace TraceSet::find(const Value& input) {
  const std::lock_guard lock(mutex_);
  const auto place = std::find_if(traces_.begin(), traces_.end(),
                                  [&](const Trace& trace) { return trace->holds_for(input); });
  if (place == traces_.end()) return nullptr;
  traces_.splice(traces_.begin(), traces_, place);
  return traces_.front();
}

TraceSet::Trace TraceSet::find_other(const KeptTrace& failed, std::size_t step, const Value& input,
                                     const std::vector<std::optional<Value>>& outputs) {
  const TraceGuard& guard = failed.guard(step);
  Value part;
  try {
    part = value_at(outputs[guard.place.node].value(), guard.place.path);
  } catch (...) {  // Looking at it fails: no trace has that.
    return nullptr;
  }
  const auto goes_on = [&](const Trace& trace) {
    if (trace->steps().size() <= step || !trace->steps()[step].is_guard) return false;
    const TraceGuard& other = trace->guard(step);
    try {
      return other.asks_the_same(guard) && other.holds(part) && trace->holds_for(input) &&
             trace->begins_like(failed, step);
    } catch (...) {  // It has no size.
      return false;
    }
  };
  const std::lock_guard lock(mutex_);
  const auto place = std::find_if(traces_.begin(), traces_.end(), goes_on);
  if (place == traces_.end()) return nullptr;
  traces_.splice(traces_.begin(), traces_, place);
  return traces_.front();
}

bool TraceSet::keep(Trace trace) {
  const auto is_alike = [&](const Trace& other) {
    const auto& guards = trace->input_guards();
    const auto& others = other->input_guards();
    return trace->steps().size() == other->steps().size() && trace->signatures() == other->signatures() &&
           trace->begins_like(*other, trace->steps().size()) &&
           std::equal(guards.begin(), guards.end(), others.begin(), others.end(),
                      [](const auto& a, const auto& b) {
                        return a->asks_the_same(*b) && is_exactly(a->seen, b->seen);
                      });
  };
  const std::lock_guard lock(mutex_);
  if (std::any_of(traces_.begin(), traces_.end(), is_alike)) return false;
  traces_.push_front(std::move(trace));
  if (traces_.size() > most_traces) traces_.pop_back();
  return true;
}

void TraceSet::note_replay(const KeptTrace& trace) noexcept {
  trace.note_replay();
  in_vain_.store(0, std::memory_order_relaxed);
}

void TraceSet::note_observed(const std::string& why) {
  if (in_vain_.fetch_add(1, std::memory_order_relaxed) + 1 < most_traces) return;
  const std::lock_guard lock(mutex_);
  if (is_given_up_) return;
  reason_ = why;
  traces_.clear();
  is_given_up_ = true;
}

std::string TraceSet::difference_of(const Value& input) const {
  const std::lock_guard lock(mutex_);
  if (traces_.empty()) return "no run was kept";
  for (const auto& guard : traces_.front()->input_guards()) {
    if (!guard->holds_for_input(input)) return guard->read.what + " was not the same in any run before";
  }
  if (std::string changed = signature_change(traces_.front()->signatures()); !changed.empty()) return changed;
  return "no run was like another";
}

bool TraceSet::is_certain() const {
  const std::lock_guard lock(mutex_);
  return !traces_.empty() && traces_.front()->is_certain();
}

std::string TraceSet::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

std::vector<TraceSet::Trace> TraceSet::traces() const {
  const std::lock_guard lock(mutex_);
  return {traces_.begin(), traces_.end()};
}

}  // namespace ember::xcs
