// CallObservation: what is noted of one call: its span in a trace, debug messages.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>

#include <ember/op.hpp>

#include "exec/tracing.hpp"

namespace ember::xcs {

class ResultCache;

/// Begins with a call, on its thread, and ends once with its outcome, on any. Nothing is noted where neither
/// traces nor debug messages are asked for.
class CallObservation {
 public:
  CallObservation(const OpReference& op, const Value& arguments, bool is_debugged);

  /// The settings for the body of the call: its span is the current one.
  [[nodiscard]] Ambient ambient() const;
  void end(const Value& output, const std::exception_ptr& error, bool is_cached);

 private:
  std::optional<OpenSpan> span_;
  /// For debug messages; empty without them.
  std::string name_;
  /// A call may end on a thread that goes by another one.
  std::shared_ptr<Clock> clock_;
  TimePoint start_{};
};

/// True when results of `op` may be remembered. Composites are not: they are glue around calls that are.
bool may_remember(const OperatorBase& op);

/// `start_call` with observation, and with `cache` unless that is null.
void start_observed(const OpReference& op, const Value& arguments, const Context& context,
                    CompletionCallback done, const std::shared_ptr<ResultCache>& cache, bool is_debugged);

/// `run_batch_call` with the same.
std::vector<Value> run_observed_batch(const std::vector<const OpReference*>& ops,
                                      const std::vector<Value>& inputs,
                                      const std::shared_ptr<ResultCache>& cache, bool is_debugged);

}  // namespace ember::xcs
