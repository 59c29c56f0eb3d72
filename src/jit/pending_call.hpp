// PendingCall: one call of an operator that `forward` made and that may not be over yet.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include <ember/op.hpp>

#include "jit/composite_table.hpp"
#include "jit/trace_guard.hpp"

namespace ember::xcs {

class DataflowSession;

/// What Vars refer to. Guarded by the session's lock; the outcome does not change once the call is over.
class PendingCall final : public VarSource, public std::enable_shared_from_this<PendingCall> {
 public:
  enum class State { waiting, queued, running, finished, failed, dropped };

  PendingCall(std::weak_ptr<DataflowSession> session, OpReference op, std::vector<VarData> arguments)
      : session_(std::move(session)), op_(std::move(op)), arguments_(std::move(arguments)) {}

  [[nodiscard]] Value read(const Path& path) const override;
  [[nodiscard]] std::size_t size(const Path& path) const override;
  [[nodiscard]] bool has(const Path& path, std::string_view field) const override;
  [[nodiscard]] Interpreter* interpreter() const noexcept override;
  void note_derived(const VarData& derived) const override;

  [[nodiscard]] const OpReference& op() const noexcept { return op_; }
  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  [[nodiscard]] bool belongs_to(const DataflowSession& session) const noexcept;
  /// Throws what the call throws where it was made.
  [[noreturn]] void throw_error() const;

 private:
  friend class DataflowSession;

  [[nodiscard]] Value ask(TraceGuard::Question question, const Path& path, const std::string& field) const;

  const std::weak_ptr<DataflowSession> session_;
  const OpReference op_;
  std::vector<VarData> arguments_;
  State state_ = State::waiting;
  /// Position in program order, in the pass that is going on.
  std::size_t index_ = 0;
  /// Whether `forward` made this call in the pass that is going on.
  bool is_taken_ = true;
  /// Plain execution makes this call too: it came before the first failure of the pass before.
  bool is_certain_ = false;
  std::size_t missing_ = 0;
  /// What it waits for although it takes nothing of theirs.
  std::vector<std::shared_ptr<PendingCall>> after_;
  std::vector<std::shared_ptr<PendingCall>> dependents_;
  std::shared_ptr<const CallPlan> plan_;
  Value input_;
  bool has_input_ = false;
  Value output_;
  /// With the operator's name in its path.
  std::exception_ptr error_;
  std::string error_path_;
};

/// Calls, each once, in the order in which they were added.
class PendingCalls {
 public:
  void add(const PendingCall& call);
  /// Adds the calls that `data` is made of.
  void add_of(const VarData& data);
  [[nodiscard]] auto begin() const noexcept { return calls_.begin(); }
  [[nodiscard]] auto end() const noexcept { return calls_.end(); }

 private:
  [[nodiscard]] bool is_new(const PendingCall& call);

  std::vector<const PendingCall*> calls_;
  /// Empty for few.
  std::unordered_set<const PendingCall*> known_;
};

/// Shows the calls that `data` is made of to `is_found` until that says true. Returns whether it did.
template <class Predicate>
bool any_pending(const VarData& data, const Predicate& is_found) {
  const VarData::Expression* expression = data.expression();
  if (expression == nullptr) return false;
  if (expression->source) {
    const auto* call = dynamic_cast<const PendingCall*>(expression->source.get());
    if (call && is_found(*call)) return true;
  }
  for (const auto& [name, part] : expression->parts) {
    if (any_pending(part, is_found)) return true;
  }
  return false;
}

}  // namespace ember::xcs
