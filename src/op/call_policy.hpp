// CallPolicy: what stands around the calls of a thread and of the work that it starts: deadlines, remembered
// results, traces. Where nothing is to be done there is none, which costs a call one branch.
#pragma once

#include <memory>
#include <vector>

#include <ember/op.hpp>

#include "base/ambient.hpp"

namespace ember {

/// Runs calls in the place of `run_call`, `start_call` and `run_batch_call`. Immutable, thread-safe.
class CallPolicy {
 public:
  virtual ~CallPolicy() = default;
  /// Runs a call. Errors are not wrapped.
  [[nodiscard]] virtual Value call(const OpReference& op, const Value& arguments) const = 0;
  /// Starts a call; `done` gets the outcome, unwrapped.
  virtual void start(const OpReference& op, const Value& arguments, const Context& context,
                     CompletionCallback done) const = 0;
  /// Several calls of one operator under different names, with checked inputs; one output per call.
  [[nodiscard]] virtual std::vector<Value> call_batch(const std::vector<const OpReference*>& ops,
                                                      const std::vector<Value>& inputs) const = 0;

  /// That of the calling thread, else that of the process; null when there is none.
  static const CallPolicy* current() noexcept { return of(Ambient::current()); }
  /// The same for the settings in `ambient`.
  static const CallPolicy* of(const Ambient& ambient) noexcept;
  /// Sets that of the process. Lifetime: until the end of the process.
  static void set_process_policy(const CallPolicy* policy) noexcept;
};

/// `ambient` with `policy` around the calls. Null: what the process says.
Ambient with_policy(const Ambient& ambient, std::shared_ptr<const CallPolicy> policy);

}  // namespace ember
