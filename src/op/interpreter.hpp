// Interpreter: what a thread does with operator calls: run them, record them, start them. One is current per
// thread.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <ember/op.hpp>

#include "base/ambient.hpp"

namespace ember {

/// Decides what a call means. Implementations: recording (autograph), and the engine's scopes.
class Interpreter {
 public:
  virtual ~Interpreter() = default;
  /// A call with plain data.
  virtual Value call(const OpReference& op, const Value& arguments) = 0;
  /// A call with Vars.
  virtual VarData call(const OpReference& op, std::vector<VarData> arguments) = 0;
  /// True while calls are written down and not run.
  [[nodiscard]] virtual bool is_recording() const noexcept { return false; }
  /// True when calls run as always and are only watched: also inside runs.
  [[nodiscard]] virtual bool is_observer() const noexcept { return false; }
  /// A run begins on this thread, whose calls are none of this interpreter's.
  virtual void note_run() {}
  /// Runs the body of a composite on plain data.
  virtual Value call_body(const OperatorBase& composite, const Value& arguments) {
    return composite.call(arguments);
  }

  /// The interpreter of the calling thread, or null for plain execution.
  static Interpreter* current() noexcept;
};

/// `ambient` with `interpreter` (null: plain execution) as the current one.
Ambient with_interpreter(const Ambient& ambient, std::shared_ptr<Interpreter> interpreter);

/// Makes `interpreter` (null: plain execution) the current one of this thread, and of work started by it.
class InterpreterScope {
 public:
  explicit InterpreterScope(std::shared_ptr<Interpreter> interpreter);
  ~InterpreterScope();
  InterpreterScope(const InterpreterScope&) = delete;
  InterpreterScope& operator=(const InterpreterScope&) = delete;

 private:
  AmbientScope scope_;
};

/// Runs a call on this thread as plain execution does: validation, body, output validation. Errors are not
/// wrapped.
Value run_call(const OperatorBase& target, const Value& arguments);

/// The input as the specification wants it. Throws SpecificationValidationError.
Value checked_input(const OperatorBase& target, const Value& arguments);
/// `forward_batch` on checked inputs, with one checked output per input. Throws OperatorError for a wrong
/// number.
std::vector<Value> run_batch_call(const OperatorBase& target, const std::vector<Value>& inputs);
/// `forward_columns`. Throws OperatorError when there is not one output per item.
Value run_columns_call(const OperatorBase& target, const Columns& columns);

/// The arguments of a call in their one-Value form. Waits for them.
Value joined(const std::vector<VarData>& arguments);

/// `run_call`, with errors wrapped once and the path extended by `op`'s name.
Value run_and_wrap(const OpReference& op, const Value& arguments);

/// Starts a call: like `run_call`, but a leaf that waits holds no thread. `done` gets the outcome, unwrapped.
void start_call(const OperatorBase& target, const Value& arguments, const Context& context,
                CompletionCallback done);

/// Calls `forward_async` of a leaf that waits. What that throws is the outcome, when there is no other.
void start_leaf(const OperatorBase& leaf, Value input, Context context, CompletionCallback done);

/// Watches the start of one asynchronous call on this thread. A leaf that throws drops its completion on the
/// way out: that drop is held back here, so that the call fails with what was thrown.
class DroppedCompletion {
 public:
  explicit DroppedCompletion(const CompletionCallback& watched) noexcept;
  /// A drop that was held back and nobody explained fails the call now.
  ~DroppedCompletion();
  DroppedCompletion(const DroppedCompletion&) = delete;
  DroppedCompletion& operator=(const DroppedCompletion&) = delete;

  /// Fails the call with `error` when its completion was dropped; nothing when it has ended otherwise.
  void fail(std::exception_ptr error);

 private:
  friend class CompletionCallback;
  static bool hold(const CompletionSink* sink, std::size_t slot) noexcept;

  CompletionSink* sink_;
  std::size_t slot_;
  DroppedCompletion* outer_;
  bool is_dropped_ = false;
};

/// The error that a caller gets for `error` thrown by `op`: wrapped once in OperatorExecutionError, path
/// extended.
std::exception_ptr wrap_operator_error(const std::string& name, std::exception_ptr error);

/// True for errors that travel unwrapped through operators: the operator branch and the engine's own.
bool passes_unwrapped(const std::exception_ptr& error);

/// Ends the message of every TraceError: names the page that explains the ways out.
std::string with_recording_help(std::string message);

}  // namespace ember
