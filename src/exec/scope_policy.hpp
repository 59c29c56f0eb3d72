// ScopePolicy: what execution options ask for around every call: a deadline, a device, metrics, remembered
// results, traces, debug messages.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <ember/execution_options.hpp>

#include "exec/result_cache.hpp"
#include "op/call_policy.hpp"

namespace ember::xcs {

/// The policy of a scope. Fields that no scope has set are those of the process, as they are at each call.
class ScopePolicy final : public CallPolicy {
 public:
  /// What one level says.
  struct Settings {
    std::optional<bool> is_traced = {};
    std::optional<bool> is_cached = {};
    std::optional<bool> is_debugged = {};
    /// Some option is set that only a run keeps: deadline, metrics, placement.
    std::optional<bool> needs_run = {};
  };

  /// The settings of `options` over those of `outer` (may be null).
  ScopePolicy(const ExecutionOptions& options, const ScopePolicy* outer);

  [[nodiscard]] Value call(const OpReference& op, const Value& arguments) const override;
  void start(const OpReference& op, const Value& arguments, const Context& context,
             CompletionCallback done) const override;
  [[nodiscard]] std::vector<Value> call_batch(const std::vector<const OpReference*>& ops,
                                              const std::vector<Value>& inputs) const override;

  /// Where calls under this policy remember results; null when they do not.
  [[nodiscard]] std::shared_ptr<ResultCache> cache() const noexcept;
  /// True when the records of calls are to be kept as the last trace.
  [[nodiscard]] bool is_traced() const noexcept;

 private:
  [[nodiscard]] bool needs_run() const noexcept;
  [[nodiscard]] bool is_debugged() const noexcept;
  [[nodiscard]] Value call_observed(const OpReference& op, const Value& arguments) const;
  [[nodiscard]] Value call_cached(const OpReference& op, const Value& arguments, bool& is_cached) const;

  Settings settings_;
  /// Made by the outermost scope that enabled caching.
  std::shared_ptr<ResultCache> cache_;
};

/// The policy in `ambient`, or null.
const ScopePolicy* scope_policy_of(const Ambient& ambient) noexcept;
/// `ambient` with what `options` ask for around calls; unchanged when they ask for nothing of the kind.
Ambient with_options_around_calls(const Ambient& ambient, const ExecutionOptions& options);
/// True when `options` switch on anything that stands around calls.
bool asks_around_calls(const ExecutionOptions& options);
/// Makes `options` the settings of the process.
void set_process_policy(const ExecutionOptions& options);

}  // namespace ember::xcs
