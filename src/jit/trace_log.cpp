#include "jit/trace_log.hpp"

#include <utility>

#include "op/read_place.hpp"
#include "value/exact_value.hpp"

namespace ember::xcs {
namespace {

thread_local const DataflowSession* quiet_session = nullptr;

}  // namespace

QuietRead::QuietRead(const DataflowSession* session) noexcept
    : outer_(std::exchange(quiet_session, session)) {}

QuietRead::~QuietRead() {
  quiet_session = outer_;
}

bool QuietRead::is_quiet(const DataflowSession* session) noexcept {
  return session != nullptr && quiet_session == session;
}

void TraceLog::add_call(const OpReference& op, Binding input, const std::vector<std::size_t>& before) {
  steps_of_calls_.push_back(program_.steps.size());
  add_step(op, std::move(input), false);
  for (const std::size_t call : before)
    program_.steps.back().after.push_back(static_cast<std::uint32_t>(steps_of_calls_[call]));
}

void TraceLog::add_step(const OpReference& op, Binding binding, bool is_guard) {
  RecordedStep step;
  step.op = program_.operators->add(op);
  step.binding = std::move(binding);
  step.is_guard = is_guard;
  // What comes later may only happen because of what was seen.
  if (latest_guard_ != RecordedStep::none) step.after = {latest_guard_};
  if (is_guard) latest_guard_ = static_cast<std::uint32_t>(program_.steps.size());
  program_.steps.push_back(std::move(step));
}

/// Asked before, or the whole was looked at.
bool TraceLog::is_known(Question question, const Binding& place, const std::string& field) {
  Path path = place.path;
  if (asked_.contains({place.form, place.node, path, question, field})) return true;
  for (;;) {
    if (asked_.contains({place.form, place.node, path, Question::data, {}})) return true;
    if (path.empty()) break;
    path.pop_back();
  }
  asked_.insert({place.form, place.node, place.path, question, field});
  return false;
}

void TraceLog::add_look(Question question, const Binding& place, const std::string& field,
                        const Value& answer, const std::string& name) {
  if (is_known(question, place, field)) return;
  std::string what = "the data of";
  if (question == Question::size) what = "the number of items of";
  if (question == Question::field) what = "whether there is a field '" + field + "' in";
  what += " '" + to_string(place, [&](std::size_t) { return name; }) + "'";
  if (!is_comparable(answer))
    return spoil(what + " holds an object without fields, which can not be compared");
  std::string composite;
  for (const std::string& inner : composites_) composite += (composite.empty() ? "" : ".") + inner;
  auto guard = std::make_shared<const TraceGuard>(
      TraceGuard{question, place, field, answer, {std::move(composite), std::move(what), read_place()}});
  if (place.form == Binding::Form::graph_input) {
    input_guards_.push_back(std::move(guard));
  } else {
    add_step({new_operator<GuardOperator>(std::move(guard)), {}}, place, true);
  }
}

void TraceLog::enter(const OpReference& composite) {
  composites_.push_back(composite.name());
  note_signature(program_.signatures, composite.target);
}

void TraceLog::spoil(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  if (!is_whole_) return;
  reason_ = reason;
  is_whole_.store(false, std::memory_order_release);
}

std::string TraceLog::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

}  // namespace ember::xcs
