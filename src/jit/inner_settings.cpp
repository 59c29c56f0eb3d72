#include "jit/inner_settings.hpp"

#include <algorithm>
#include <memory>

#include "exec/effective_options.hpp"
#include "exec/scope_policy.hpp"

namespace ember::xcs {
namespace {

bool remembers_results() {
  const auto* policy = static_cast<const ScopePolicy*>(CallPolicy::current());
  return policy != nullptr && policy->cache() != nullptr;
}

}  // namespace

Ambient InnerSettings::ambient() const {
  const Ambient& current = Ambient::current();
  ExecutionOptions own;
  if (is_sequential_) own.use_parallel = false;
  if (max_workers_) {
    const std::optional<int> outer = effective_options({}).options->max_workers;
    own.max_workers = outer ? std::min(*outer, *max_workers_) : *max_workers_;
  }
  if (remembers_nothing_ && remembers_results()) own.enable_caching = false;
  if (!own.use_parallel && !own.max_workers && !own.enable_caching) return current;
  const auto* outer = current.get<ExecutionOptions>(AmbientSlot::options);
  auto merged = std::make_shared<const ExecutionOptions>(own.over(outer ? *outer : ExecutionOptions()));
  return with_options_around_calls(current.with(AmbientSlot::options, std::move(merged)), own);
}

}  // namespace ember::xcs
