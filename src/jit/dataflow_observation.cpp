// What a dataflow session writes down of a pass that is observed.
#include <algorithm>
#include <utility>

#include "graph/var_binding.hpp"
#include "jit/dataflow_session.hpp"
#include "jit/observed_input.hpp"

namespace ember::xcs {
namespace {

constexpr const char* elsewhere = "forward looks at data, or calls operators, on more threads than one";
constexpr const char* missing_part = "forward asked for a part that was missing";

}  // namespace

// Sources
// --------------------------------------------------------------------------------------------------------

Value ObservedInput::ask(TraceGuard::Question question, const Path& path, const std::string& field) const {
  const auto session = session_.lock();
  const bool is_look = !QuietRead::is_quiet(session.get());
  try {
    const Value part = path.empty() ? value_ : value_at(value_, path);
    Value answer = answer_of(question, field, part);
    if (is_look && session) session->note_look(question, part_binding(path), field, answer, {});
    return answer;
  } catch (...) {
    if (session) session->note_missing_part();
    throw;
  }
}

Value ObservedInput::read(const Path& path) const {
  return ask(TraceGuard::Question::data, path, {});
}

std::size_t ObservedInput::size(const Path& path) const {
  return static_cast<std::size_t>(ask(TraceGuard::Question::size, path, {}).integer());
}

bool ObservedInput::has(const Path& path, std::string_view field) const {
  return ask(TraceGuard::Question::field, path, std::string(field)).boolean();
}

Interpreter* ObservedInput::interpreter() const noexcept {
  return session_.lock().get();
}

void ObservedInput::note_derived(const VarData& derived) const {
  if (const auto session = session_.lock()) session->note_derived(derived);
}

Binding ObservedInput::part_binding(const Path& path) const {
  Binding binding = origin_;
  binding.path.insert(binding.path.end(), path.begin(), path.end());
  return binding;
}

// The session
// ----------------------------------------------------------------------------------------------------

std::vector<VarData> DataflowSession::observed_inputs() {
  const std::size_t arity = request_.target->arity();
  std::vector<Value> parts = split_arguments(*request_.target, request_.arguments, arity);
  std::vector<VarData> inputs;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Binding origin = arity == 1 ? Binding::of_input() : Binding::of_input({i});
    inputs.emplace_back(
        std::make_shared<ObservedInput>(weak_from_this(), std::move(parts[i]), std::move(origin)));
  }
  return inputs;
}

void DataflowSession::spoil_log(const char* reason) {
  if (is_observing_.exchange(false)) request_.log->spoil(reason);
}

void DataflowSession::note_missing_part() {
  spoil_log(missing_part);
}

void DataflowSession::note_run() {
  spoil_log("forward runs graphs or transforms, whose calls it is not told of");
}

void DataflowSession::note_look(TraceGuard::Question question, const Binding& place, const std::string& field,
                                const Value& answer, const std::string& name) {
  if (!is_observing_) return;
  if (!is_forward_thread()) return spoil_log(elsewhere);
  request_.log->add_look(question, place, field, answer, name);
  if (!request_.log->is_whole()) is_observing_ = false;
}

void DataflowSession::note_look(TraceGuard::Question question, const PendingCall& call, const Path& path,
                                const std::string& field, const Value& answer) {
  if (!is_observing_) return;
  if (!is_forward_thread()) return spoil_log(elsewhere);
  note_look(question, Binding::of_node(request_.log->step_of(call.index()), path), field, answer,
            call.op().name());
}

void DataflowSession::note_call(const OpReference& op, const std::vector<VarData>& arguments,
                                const std::vector<std::size_t>& before) {
  if (!is_observing_) return;
  Binding input;
  if (arguments.size() == 1) {
    input = noted_binding(arguments.front());
  } else if (!arguments.empty()) {
    input = noted_binding(VarData::list(arguments));
  }
  request_.log->add_call(op, std::move(input), before);
}

Binding DataflowSession::noted_binding(const VarData& data) {
  VarBindings bindings;
  bindings.of_source = [this](const VarData::Expression& source) -> Binding {
    const auto* input = dynamic_cast<const ObservedInput*>(source.source.get());
    if (input && input->belongs_to(*this)) return input->part_binding(source.path);
    const auto* call = dynamic_cast<const PendingCall*>(source.source.get());
    if (call && call->belongs_to(*this))
      return Binding::of_node(request_.log->step_of(call->index()), source.path);
    spoil_log("forward used a value of another run");
    return {};
  };
  return var_binding(data, bindings);
}

bool DataflowSession::is_here(const VarData& data) {
  PendingCalls inside;
  inside.add_of(data);
  const Lock lock(mutex_);
  return std::all_of(inside.begin(), inside.end(), [this](const PendingCall* call) {
    return call->belongs_to(*this) && call->state_ == State::finished;
  });
}

void DataflowSession::note_derived(const VarData& derived) {
  if (!is_forward_thread()) return spoil_log(elsewhere);
  const bool is_at_once = is_pass_observed_ && (is_eager_ || is_here(derived));
  if (is_at_once) {
    look_up(derived);
  } else {
    derived_.push_back(derived);
  }
  if (is_observing_) request_.log->add_look_up(noted_binding(derived));
}

/// Fails where plain execution does.
void DataflowSession::look_up(const VarData& derived) {
  try {
    const QuietRead quiet(this);
    (void)derived.get();
  } catch (...) {
    spoil_log(missing_part);
    throw;
  }
}

void DataflowSession::note_answer(const VarData& answer) {
  if (is_observing_) request_.log->set_answer(noted_binding(answer));
}

}  // namespace ember::xcs
