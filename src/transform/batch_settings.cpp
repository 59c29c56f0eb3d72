#include "transform/batch_settings.hpp"

#include <memory>

namespace ember::xcs {

EffectiveOptions call_settings(const BatchSettings& settings) {
  ExecutionOptions own;
  own.use_parallel = settings.parallel;
  own.max_workers = settings.max_workers;
  return effective_options(own);
}

EffectiveOptions run_settings(const EffectiveOptions& settings, std::optional<double> timeout_seconds,
                              bool fails_fast) {
  const ExecutionOptions& given = *settings.options;
  const bool is_as_given = *given.fail_fast == fails_fast && !timeout_seconds && !given.scheduler;
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
