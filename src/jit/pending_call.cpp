#include "jit/pending_call.hpp"

#include <algorithm>

#include <ember/error.hpp>

#include "jit/dataflow_session.hpp"

namespace ember::xcs {

Value PendingCall::read(const Path& path) const {
  return ask(TraceGuard::Question::data, path, {});
}

std::size_t PendingCall::size(const Path& path) const {
  return static_cast<std::size_t>(ask(TraceGuard::Question::size, path, {}).integer());
}

bool PendingCall::has(const Path& path, std::string_view field) const {
  return ask(TraceGuard::Question::field, path, std::string(field)).boolean();
}

Value PendingCall::ask(TraceGuard::Question question, const Path& path, const std::string& field) const {
  const auto session = session_.lock();
  const bool is_look = session && !QuietRead::is_quiet(session.get());
  if (session) {
    const QuietRead others_may_read(nullptr);
    session->wait_for(*this);
  } else if (state_ != State::finished) {
    throw TraceError(with_recording_help("the result of '" + op_.name() +
                                         "' was asked for after the run that it belonged to had ended"));
  }
  try {
    Value answer = answer_of(question, field, path.empty() ? output_ : value_at(output_, path));
    if (is_look) session->note_look(question, *this, path, field, answer);
    return answer;
  } catch (...) {
    if (session) session->note_missing_part();
    throw;
  }
}

Interpreter* PendingCall::interpreter() const noexcept {
  return session_.lock().get();
}

void PendingCall::note_derived(const VarData& derived) const {
  if (const auto session = session_.lock()) session->note_derived(derived);
}

bool PendingCall::belongs_to(const DataflowSession& session) const noexcept {
  return session_.lock().get() == &session;
}

void PendingCall::throw_error() const {
  try {
    std::rethrow_exception(error_);
  } catch (Error& error) {
    error.set_path(error_path_);  // An earlier pass may have put the names of composites in front.
    throw;
  }
}

void collect_pending(const VarData& data, std::vector<const PendingCall*>& pending) {
  const VarData::Expression* expression = data.expression();
  if (expression == nullptr) return;
  if (expression->source) {
    const auto* call = dynamic_cast<const PendingCall*>(expression->source.get());
    if (call && std::find(pending.begin(), pending.end(), call) == pending.end()) pending.push_back(call);
  }
  for (const auto& [name, part] : expression->parts) collect_pending(part, pending);
}

}  // namespace ember::xcs
