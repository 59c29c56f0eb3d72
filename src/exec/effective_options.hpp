// The options that a run goes by: those it was given over those of the thread and the process.
#pragma once

#include <memory>
#include <optional>

#include <ember/execution_options.hpp>

namespace ember::xcs {

/// Shared, because most runs go by the same: then nothing is merged, copied or allocated.
struct EffectiveOptions {
  /// Every option that has a default is set. Without output nodes and stop token: these are of one call
  /// alone.
  std::shared_ptr<const ExecutionOptions> options;
  /// They differ from those of the calling thread: operators are to see them.
  bool are_own = false;
};

/// What `given` means on the calling thread. Throws InvalidArgumentError for options out of range.
EffectiveOptions effective_options(const ExecutionOptions& given);
/// The bound that options and scheduler set together.
std::optional<int> workers_of(const ExecutionOptions& options);
/// True when calls are made in order, on one thread.
bool is_one_by_one(const ExecutionOptions& options);

}  // namespace ember::xcs
