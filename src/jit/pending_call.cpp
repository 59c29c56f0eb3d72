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

void PendingCalls::add(const PendingCall& call) {
  if (is_new(call)) calls_.push_back(&call);
}

void PendingCalls::add_of(const VarData& data) {
  (void)any_pending(data, [this](const PendingCall& call) {
    add(call);
    return false;
  });
}

bool PendingCalls::is_new(const PendingCall& call) {
  // Mostly there are few, for which a set is not worth its allocations.
  constexpr std::size_t few = 16;
  if (calls_.size() < few) return std::find(calls_.begin(), calls_.end(), &call) == calls_.end();
  if (known_.empty()) known_.insert(calls_.begin(), calls_.end());
  return known_.insert(&call).second;
}

}  // namespace ember::xcs
