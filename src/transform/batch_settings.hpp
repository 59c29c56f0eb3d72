// What the options of a transform and of its caller mean for a run of its calls.
#pragma once

#include <optional>

#include "exec/effective_options.hpp"
#include "transform/batch.hpp"

namespace ember::xcs {

/// The options that calls with `settings` go by. Throws InvalidArgumentError for options out of range.
EffectiveOptions call_settings(const BatchSettings& settings);
/// Seconds that a batch has: its own, or those of `options` when they are fewer.
std::optional<double> time_limit(const BatchSettings& settings, const ExecutionOptions& options);
/// `settings` for a run of calls: how the run goes on after failures and when it ends is the batch's own
/// matter, which operators do not see.
EffectiveOptions run_settings(const EffectiveOptions& settings, std::optional<double> timeout_seconds,
                              bool fails_fast);

}  // namespace ember::xcs
