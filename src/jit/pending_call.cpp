#include "jit/pending_call.hpp"

#include <algorithm>

#include <ember/error.hpp>

#include "jit/dataflow_session.hpp"

namespace ember::xcs {

Value PendingCall::read(const Path& path) const {
  if (const auto session = session_.lock()) {
    session->wait_for(*this);
  } else if (state_ != State::finished) {
    throw TraceError(with_recording_help("the result of '" + op_.name() +
                                         "' was asked for after the run that it belonged to had ended"));
  }
  return path.empty() ? output_ : value_at(output_, path);
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
