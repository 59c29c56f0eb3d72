#include "jit/plan_recorder.hpp"

#include <algorithm>
#include <utility>

#include <ember/error.hpp>
#include <ember/graph.hpp>

#include "graph/var_binding.hpp"

namespace ember::xcs {

/// What stands for the input or for the output of a call while recording.
class RecordedPart final : public VarSource {
 public:
  RecordedPart(std::weak_ptr<PlanRecorder> recorder, Binding whole, std::string name)
      : recorder_(std::move(recorder)), whole_(std::move(whole)), name_(std::move(name)) {}

  [[nodiscard]] Value read(const Path& path) const override { refuse("the data of", path); }
  [[nodiscard]] std::size_t size(const Path& path) const override {
    StructureFact fact{StructureFact::Question::size, path, {}, 0};
    return ask(std::move(fact), "the number of items of", path);
  }
  [[nodiscard]] bool has(const Path& path, std::string_view field) const override {
    StructureFact fact{StructureFact::Question::field, path, std::string(field), 0};
    return ask(std::move(fact), "whether there is a field '" + std::string(field) + "' in", path) != 0;
  }
  [[nodiscard]] Interpreter* interpreter() const noexcept override { return recorder_.lock().get(); }
  void note_derived(const VarData& derived) const override {
    if (const auto recorder = recorder_.lock(); recorder && recorder->is_here())
      recorder->derived_.push_back({derived, recorder->steps_.size()});
  }

  [[nodiscard]] bool belongs_to(const PlanRecorder& recorder) const noexcept {
    return recorder_.lock().get() == &recorder;
  }
  [[nodiscard]] Binding part(const Path& path) const {
    Binding binding = whole_;
    binding.path.insert(binding.path.end(), path.begin(), path.end());
    return binding;
  }

 private:
  [[nodiscard]] std::string described(const std::string& what, const Path& path) const {
    return what + " '" + to_string(part(path), [this](std::size_t) { return name_; }) + "'";
  }
  [[noreturn]] void refuse(const std::string& what, const Path& path) const {
    const auto recorder = recorder_.lock();
    if (recorder && recorder->is_here()) recorder->refuse(described(what, path));
    throw TraceError(with_recording_help(described(what, path) + " was asked for outside of its recording"));
  }
  std::size_t ask(StructureFact fact, const std::string& what, const Path& path) const {
    const auto recorder = recorder_.lock();
    if (!recorder || !recorder->is_here() || whole_.form != Binding::Form::graph_input) refuse(what, path);
    fact.path = part(path).path;
    return recorder->ask(std::move(fact), described(what, path));
  }

  std::weak_ptr<PlanRecorder> recorder_;
  Binding whole_;
  std::string name_;
};

namespace {

bool is_same_source(const Binding& left, const Binding& right) {
  return left.form == right.form && left.node == right.node;
}

/// True when evaluating `used` looks up everything that `check` does.
bool covers(const Binding& used, const Binding& check) {
  const bool is_direct = check.form == Binding::Form::node || check.form == Binding::Form::graph_input;
  if (is_direct && is_same_source(used, check) && used.path.size() >= check.path.size() &&
      std::equal(check.path.begin(), check.path.end(), used.path.begin())) {
    return true;
  }
  return std::any_of(used.parts.begin(), used.parts.end(),
                     [&](const auto& part) { return covers(part.second, check); });
}

}  // namespace

void PlanRecorder::refuse(const std::string& what) {
  std::string composite;
  for (const std::string& name : path_) composite += (composite.empty() ? "" : ".") + name;
  reads_.push_back({std::move(composite), what});
  throw TraceError(
      with_recording_help(what + " was asked for while recording, when no operator has run yet"));
}

std::size_t PlanRecorder::ask(StructureFact fact, const std::string& what) {
  const auto answer = example_ ? answer_of(fact, *example_) : std::nullopt;
  if (!answer) refuse(what);
  fact.answer = *answer;
  // A loop asks again and again.
  if (std::find(facts_.rbegin(), facts_.rend(), fact) == facts_.rend()) facts_.push_back(std::move(fact));
  return *answer;
}

VarData PlanRecorder::part_of(Binding whole, std::string name) {
  return VarData(std::make_shared<RecordedPart>(weak_from_this(), std::move(whole), std::move(name)));
}

std::vector<VarData> PlanRecorder::inputs(std::size_t arity) {
  std::vector<VarData> inputs;
  if (arity == 1) inputs.push_back(part_of(Binding::of_input(), {}));
  for (std::size_t position = 0; arity > 1 && position < arity; ++position) {
    inputs.push_back(part_of(Binding::of_input({position}), {}));
  }
  return inputs;
}

Value PlanRecorder::call(const OpReference& op, const Value& arguments) {
  // Only the recording thread records; work that it handed to others runs.
  if (!is_here()) return run_and_wrap(op, arguments);
  refuse("the answer of '" + op.name() + "' to plain data");
}

VarData PlanRecorder::call(const OpReference& op, std::vector<VarData> arguments) {
  if (!is_here()) return run_and_wrap(op, joined(arguments));
  const bool may_open = op.target->is_composite() && table_->is_recursive() && !op.target->specification() &&
                        table_->form(*op.target) != CompositeForm::unit;
  return may_open ? open(op, arguments) : write(op, arguments);
}

VarData PlanRecorder::write(const OpReference& op, const std::vector<VarData>& arguments) {
  Binding binding;
  if (arguments.size() == 1) {
    binding = binding_of(arguments.front());
  } else if (!arguments.empty()) {
    binding = binding_of(VarData::list(arguments));
  }
  steps_.push_back({op, std::move(binding)});
  return part_of(Binding::of_node(steps_.size() - 1), op.name());
}

VarData PlanRecorder::open(const OpReference& op, const std::vector<VarData>& arguments) {
  const Mark mark{steps_.size(), facts_.size(), derived_.size(), reads_.size()};
  path_.push_back(op.name());
  VarData answer;
  std::exception_ptr error;
  try {
    answer = op.target->call_symbolic(arguments);
  } catch (...) {
    error = std::current_exception();
  }
  path_.pop_back();
  const bool is_open = reads_.size() == mark.reads;
  const CompositeForm form = table_->settle(op.target, is_open ? CompositeForm::open : CompositeForm::unit);
  if (form == CompositeForm::unit) {
    take_back(mark);
    return write(op, arguments);
  }
  if (error) std::rethrow_exception(wrap_operator_error(op.name(), error));
  return answer;
}

void PlanRecorder::take_back(const Mark& mark) {
  steps_.erase(steps_.begin() + static_cast<std::ptrdiff_t>(mark.steps), steps_.end());
  facts_.erase(facts_.begin() + static_cast<std::ptrdiff_t>(mark.facts), facts_.end());
  derived_.erase(derived_.begin() + static_cast<std::ptrdiff_t>(mark.derived), derived_.end());
  reads_.erase(reads_.begin() + static_cast<std::ptrdiff_t>(mark.reads), reads_.end());
}

Binding PlanRecorder::binding_of(const VarData& data) {
  VarBindings bindings;
  bindings.of_source = [this](const VarData::Expression& source) -> Binding {
    const auto* part = dynamic_cast<const RecordedPart*>(source.source.get());
    if (part && part->belongs_to(*this)) return part->part(source.path);
    refuse("a value of another recording or run");
  };
  return var_binding(data, bindings);
}

std::vector<Binding> PlanRecorder::unused_look_ups(const Binding& answer) {
  std::vector<Binding> checks;
  for (const Derived& derived : derived_) {
    Binding check = binding_of(derived.data);
    const auto is_covered = [&](const Binding& used) { return covers(used, check); };
    const auto is_used_by = [&](const Step& step) { return is_covered(step.binding); };
    // Mostly the next call uses it.
    const auto next = steps_.begin() + static_cast<std::ptrdiff_t>(derived.position);
    const bool is_used = std::any_of(next, steps_.end(), is_used_by) || is_covered(answer) ||
                         std::any_of(steps_.begin(), next, is_used_by) ||
                         std::any_of(checks.begin(), checks.end(), is_covered);
    if (!is_used) checks.push_back(std::move(check));
  }
  return checks;
}

RecordedPlan PlanRecorder::compile(const VarData& answer) {
  RecordedPlan recorded;
  recorded.answer = binding_of(answer);
  recorded.checks = unused_look_ups(recorded.answer);
  recorded.facts = std::move(facts_);
  XCSGraph graph;
  for (Step& step : steps_) {
    graph.add_recorded_node(table_->executed(step.op), std::move(step.binding), {}, true);
  }
  // Recorded in an order in which every call comes after those it needs: the numbers stay as they are.
  recorded.plan = Plan::compile(graph);
  return recorded;
}

}  // namespace ember::xcs
