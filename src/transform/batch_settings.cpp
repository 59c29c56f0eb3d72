#include "transform/batch_settings.hpp"

#include <algorithm>
#include <memory>

namespace ember::xcs {

EffectiveOptions call_settings(const BatchSettings& settings) {
  ExecutionOptions own;
  own.use_parallel = settings.parallel;
  own.max_workers = settings.max_workers;
  return effective_options(own);
}

std::optional<double> time_limit(const BatchSettings& settings, const ExecutionOptions& options) {
  if (!settings.timeout_seconds || !options.timeout_seconds) {
    return settings.timeout_seconds ? settings.timeout_seconds : options.timeout_seconds;
  }
  return std::min(*settings.timeout_seconds, *options.timeout_seconds);
}

EffectiveOptions run_settings(const EffectiveOptions& settings, std::optional<double> timeout_seconds,
                              bool fails_fast) {
  const ExecutionOptions& given = *settings.options;
  const bool is_given_time = !timeout_seconds || timeout_seconds == given.timeout_seconds;
  const bool is_as_given = *given.fail_fast == fails_fast && is_given_time && !given.scheduler;
  if (is_as_given) return settings;
  auto options = std::make_shared<ExecutionOptions>(given);
  options->fail_fast = fails_fast;
  // Waves and levels are of graphs: calls of a batch have none.
  options->scheduler.reset();
  options->max_workers = workers_of(given);
  options->use_parallel = given.is_parallel();
  if (timeout_seconds) options->timeout_seconds = timeout_seconds;
  return {std::move(options), settings.are_own};
}

}  // namespace ember::xcs
