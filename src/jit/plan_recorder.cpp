#include "jit/plan_recorder.hpp"

#include <algorithm>
#include <optional>
#include <typeinfo>
#include <utility>

#include <ember/error.hpp>

#include "graph/var_binding.hpp"
#include "op/read_place.hpp"

namespace ember::xcs {
namespace {

constexpr std::size_t most_guesses = 64;

}  // namespace

/// What stands for the input or for the output of a call while recording.
class RecordedPart final : public VarSource {
 public:
  /// The input, or one of several.
  explicit RecordedPart(std::weak_ptr<PlanRecorder> recorder, std::optional<std::size_t> argument)
      : recorder_(std::move(recorder)), argument_(argument) {}
  /// The output of step `node`, a call of `op`.
  RecordedPart(std::weak_ptr<PlanRecorder> recorder, std::size_t node, std::shared_ptr<const OpReference> op)
      : recorder_(std::move(recorder)), node_(node), op_(std::move(op)) {}

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
      recorder->derived_.push_back(derived);
  }

  [[nodiscard]] bool belongs_to(const PlanRecorder& recorder) const noexcept {
    return recorder_.lock().get() == &recorder;
  }
  [[nodiscard]] Binding part(const Path& path) const {
    if (op_) return Binding::of_node(node_, path);
    if (!argument_) return Binding::of_input(path);
    Binding binding = Binding::of_input({*argument_});
    binding.path.insert(binding.path.end(), path.begin(), path.end());
    return binding;
  }

 private:
  [[nodiscard]] std::string described(const std::string& what, const Path& path) const {
    return what + " '" + to_string(part(path), [this](std::size_t) { return op_->name(); }) + "'";
  }
  [[noreturn]] void refuse(const std::string& what, const Path& path) const {
    const auto recorder = recorder_.lock();
    if (recorder && recorder->is_here()) recorder->refuse(described(what, path));
    throw TraceError(with_recording_help(described(what, path) + " was asked for outside of its recording"));
  }
  std::size_t ask(StructureFact fact, const std::string& what, const Path& path) const {
    const auto recorder = recorder_.lock();
    if (!recorder || !recorder->is_here() || op_) refuse(what, path);
    fact.path = part(path).path;
    return recorder->ask(std::move(fact), described(what, path));
  }

  std::weak_ptr<PlanRecorder> recorder_;
  std::optional<std::size_t> argument_;
  std::size_t node_ = 0;
  /// Null for the input. Keeps the names of the recording, which it is part of.
  std::shared_ptr<const OpReference> op_;
};

void PlanRecorder::refuse(const std::string& what) {
  std::string composite;
  for (const std::string& name : path_) composite += (composite.empty() ? "" : ".") + name;
  const std::string place = read_place();
  reads_.push_back({std::move(composite), what, place});
  throw TraceError(with_recording_help(what + " was asked for" + (place.empty() ? "" : " at " + place) +
                                       " while recording, when no operator has run yet"));
}

std::size_t PlanRecorder::ask(StructureFact fact, const std::string& what) {
  auto answer = example_ ? answer_of(fact, *example_) : std::nullopt;
  // A search for the end of something that nobody knows must not go on for ever.
  if (is_guessing_ && program_.facts.size() < most_guesses) answer = 1;
  if (!answer) refuse(what);
  fact.answer = *answer;
  // A loop asks again and again.
  auto& facts = program_.facts;
  if (std::find(facts.rbegin(), facts.rend(), fact) == facts.rend()) facts.push_back(std::move(fact));
  return *answer;
}

std::vector<VarData> PlanRecorder::inputs(const OperatorBase& composite) {
  order_.enter(composite, {});
  const std::size_t arity = composite.arity();
  std::vector<VarData> inputs;
  const auto add = [&](std::optional<std::size_t> argument) {
    inputs.emplace_back(std::make_shared<RecordedPart>(weak_from_this(), argument));
  };
  if (arity == 1) add(std::nullopt);
  for (std::size_t position = 0; arity > 1 && position < arity; ++position) add(position);
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
  RecordedStep step;
  if (arguments.size() == 1) {
    step.binding = binding_of(arguments.front());
  } else if (!arguments.empty()) {
    step.binding = binding_of(VarData::list(arguments));
  }
  for (const std::size_t other : order_.before(op.label))
    step.after.push_back(static_cast<std::uint32_t>(other));
  order_.add(op.label, program_.steps.size());
  OperatorTable& operators = *program_.operators;
  step.op = operators.add(op);
  std::shared_ptr<const OpReference> name(program_.operators, &operators[step.op]);
  program_.steps.push_back(std::move(step));
  return VarData(
      std::make_shared<RecordedPart>(weak_from_this(), program_.steps.size() - 1, std::move(name)));
}

VarData PlanRecorder::open(const OpReference& op, const std::vector<VarData>& arguments) {
  const Mark mark{program_.steps.size(), program_.facts.size(), program_.signatures.size(), derived_.size(),
                  reads_.size()};
  note_signature(program_.signatures, op.target);
  const std::size_t outer_derived = std::exchange(first_derived_, derived_.size());
  path_.push_back(op.name());
  order_.enter(*op.target, op.label);
  VarData answer;
  std::exception_ptr error;
  try {
    answer = op.target->call_symbolic(arguments);
  } catch (...) {
    error = std::current_exception();
  }
  path_.pop_back();
  order_.leave();
  first_derived_ = outer_derived;
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
  const auto cut = [](auto& all, std::size_t size) {
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(size), all.end());
  };
  cut(program_.steps, mark.steps);
  order_.take_back(mark.steps);
  cut(program_.facts, mark.facts);
  cut(program_.signatures, mark.signatures);
  cut(derived_, mark.derived);
  cut(reads_, mark.reads);
}

Binding PlanRecorder::binding_of_source(const VarData::Expression& source) {
  const VarSource& from = *source.source;
  const auto* part = typeid(from) == typeid(RecordedPart) ? static_cast<const RecordedPart*>(&from) : nullptr;
  if (part && part->belongs_to(*this)) {
    if (!source.path.empty()) note_use(source);
    return part->part(source.path);
  }
  refuse("a value of another recording or run");
}

void PlanRecorder::note_use(const VarData::Expression& look_up) {
  // Mostly the next call uses it.
  constexpr std::size_t latest = 8;
  const std::size_t begin = std::max(first_derived_, derived_.size() - std::min(latest, derived_.size()));
  for (std::size_t at = derived_.size(); at-- > begin;) {
    if (derived_[at].expression() == &look_up) derived_[at] = VarData();
  }
}

Binding PlanRecorder::binding_of(const VarData& data) {
  // Mostly a value passes on as it is.
  const VarData::Expression* expression = data.expression();
  if (expression && expression->form == VarData::Expression::Form::source)
    return binding_of_source(*expression);
  VarBindings bindings;
  bindings.of_source = [this](const VarData::Expression& source) { return binding_of_source(source); };
  return var_binding(data, bindings);
}

CompositeProgram PlanRecorder::take_program(const VarData& answer) {
  program_.answer = binding_of(answer);
  first_derived_ = derived_.size();
  for (const VarData& derived : derived_) {
    if (!derived.is_concrete()) program_.look_ups.push_back(binding_of(derived));
  }
  return std::move(program_);
}

}  // namespace ember::xcs
