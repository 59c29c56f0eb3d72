#include "exec/scope_policy.hpp"

#include <atomic>
#include <mutex>
#include <stop_token>
#include <utility>

#include <ember/error.hpp>
#include <ember/execution_error.hpp>

#include "base/current_context.hpp"
#include "exec/call_observation.hpp"
#include "exec/deadline_keeper.hpp"
#include "exec/run.hpp"
#include "exec/tracing.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {
namespace {

struct ProcessSettings {
  std::atomic<bool> is_traced = false;
  std::atomic<bool> is_cached = false;
  std::atomic<bool> is_debugged = false;
  std::atomic<bool> needs_run = false;
};
ProcessSettings process_settings;

bool places_work(const ExecutionOptions& options) {
  return options.device_strategy && *options.device_strategy != "auto";
}

ScopePolicy::Settings settings_of(const ExecutionOptions& options) {
  ScopePolicy::Settings settings{options.trace_execution, options.enable_caching, options.debug, {}};
  if (options.timeout_seconds || options.collect_metrics.value_or(false) || places_work(options)) {
    settings.needs_run = true;
  }
  return settings;
}

/// True when a call of `op`, in whichever form, ends at the deadline by itself.
bool keeps_deadline(const OperatorBase& op) {
  for (const OperatorBase* form = &op; form; form = form->original()) {
    if (const auto* keeper = dynamic_cast<const DeadlineKeeper*>(form)) return keeper->keeps_deadline();
  }
  return false;
}

/// Runs one call as a plan of one node: a run keeps deadlines, places work and measures.
Value call_in_run(const OpReference& op, const Value& arguments) {
  XCSGraph graph;
  // Under its own name: it is no node of a graph that anybody knows.
  graph.add_recorded_node({op.target, op.name()}, Binding::of_literal(arguments));
  RunRequest request{Plan::compile(graph), Value(), effective_options({}), {}, {}};
  request.is_outermost_call = true;
  // Two runs with one deadline: the outer one would always be the first to end.
  request.leaves_deadline = request.settings.options->timeout_seconds && keeps_deadline(*op.target);
  const Ref<Run> run = Run::create(std::move(request));
  run->run_to_end();
  if (const std::exception_ptr error = run->first_raw_error()) std::rethrow_exception(error);
  return run->results().values().front();
}

/// Waits for an equal call that is under way. Returns null when this one has to run by itself.
class JoinedCall {
 public:
  [[nodiscard]] ResultCache::Waiter waiter() const {
    return [state = state_](const Value* result) {
      if (result) {
        const std::lock_guard lock(state->mutex);
        state->value = *result;
      }
      state->done.request_stop();
    };
  }
  [[nodiscard]] std::optional<Value> wait() const {
    // It does not execute while it waits: its permit is free for others.
    const Run::SuspendedPermit permit;
    const Context context = Context::current();
    const std::stop_callback stopped(context.stop_token(), [this] { state_->done.request_stop(); });
    context.clock()->sleep_until(context.deadline(), state_->done.get_token());
    // The deadline may come while the other call ends.
    const std::lock_guard lock(state_->mutex);
    return state_->value;
  }

 private:
  struct State {
    std::stop_source done;
    std::mutex mutex;
    std::optional<Value> value;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace

ScopePolicy::ScopePolicy(const ExecutionOptions& options, const ScopePolicy* outer)
    : settings_(settings_of(options)) {
  if (outer) {
    const auto inherit = [](auto& field, const auto& from) {
      if (!field) field = from;
    };
    inherit(settings_.is_traced, outer->settings_.is_traced);
    inherit(settings_.is_cached, outer->settings_.is_cached);
    inherit(settings_.is_debugged, outer->settings_.is_debugged);
    inherit(settings_.needs_run, outer->settings_.needs_run);
    cache_ = outer->cache_;
  }
  const bool is_process_wide = process_settings.is_cached.load(std::memory_order_relaxed);
  if (settings_.is_cached.value_or(false) && !cache_ && !is_process_wide) {
    cache_ = std::make_shared<ResultCache>();
  }
}

std::shared_ptr<ResultCache> ScopePolicy::cache() const noexcept {
  if (!settings_.is_cached.value_or(process_settings.is_cached.load(std::memory_order_relaxed))) {
    return nullptr;
  }
  return cache_ ? cache_ : process_cache();
}

bool ScopePolicy::is_traced() const noexcept {
  return settings_.is_traced.value_or(process_settings.is_traced.load(std::memory_order_relaxed));
}

bool ScopePolicy::is_debugged() const noexcept {
  return settings_.is_debugged.value_or(process_settings.is_debugged.load(std::memory_order_relaxed));
}

bool ScopePolicy::needs_run() const noexcept {
  return settings_.needs_run.value_or(process_settings.needs_run.load(std::memory_order_relaxed));
}

Value ScopePolicy::call(const OpReference& op, const Value& arguments) const {
  // A run under this very policy keeps everything that it asks for.
  if (needs_run() && Run::current_policy() != this) return call_in_run(op, arguments);
  if (is_traced() && !is_option_traced(Ambient::current())) {
    const OptionTrace trace(OptionTrace::Publish::at_end);
    const AmbientScope scope(trace.within(Ambient::current()));
    return call_observed(op, arguments);
  }
  return call_observed(op, arguments);
}

Value ScopePolicy::call_observed(const OpReference& op, const Value& arguments) const {
  CallObservation observation(op, arguments, is_debugged());
  const AmbientScope scope(observation.ambient());
  bool is_cached = false;
  try {
    Value output = call_cached(op, arguments, is_cached);
    observation.end(output, nullptr, is_cached);
    return output;
  } catch (...) {
    observation.end({}, std::current_exception(), is_cached);
    throw;
  }
}

Value ScopePolicy::call_cached(const OpReference& op, const Value& arguments, bool& is_cached) const {
  const std::shared_ptr<ResultCache> store = cache();
  if (!store || !may_remember(*op.target)) return run_call(*op.target, arguments);
  const JoinedCall joined;
  auto ticket = store->look_up(op.target, arguments, joined.waiter());
  using Outcome = ResultCache::Ticket::Outcome;
  is_cached = ticket.outcome == Outcome::hit;
  if (is_cached) return ticket.value;
  if (ticket.outcome == Outcome::joined) {
    if (std::optional<Value> value = joined.wait()) {
      is_cached = true;
      return *value;
    }
    const Context context = Context::current();
    if (context.stop_requested() || context.remaining() == Duration::zero()) throw ExecutionStoppedError();
    return run_call(*op.target, arguments);
  }
  try {
    Value output = run_call(*op.target, arguments);
    store->finish(ticket, op.target, &output);
    return output;
  } catch (...) {
    store->finish(ticket, op.target, nullptr);
    throw;
  }
}

void ScopePolicy::start(const OpReference& op, const Value& arguments, const Context& context,
                        CompletionCallback done) const {
  start_observed(op, arguments, context, std::move(done), cache(), is_debugged());
}

std::vector<Value> ScopePolicy::call_batch(const std::vector<const OpReference*>& ops,
                                           const std::vector<Value>& inputs) const {
  return run_observed_batch(ops, inputs, may_remember(*ops.front()->target) ? cache() : nullptr,
                            is_debugged());
}

const ScopePolicy* scope_policy_of(const Ambient& ambient) noexcept {
  // No other layer writes the slot.
  return static_cast<const ScopePolicy*>(ambient.get<CallPolicy>(AmbientSlot::calls));
}

Ambient with_options_around_calls(const Ambient& ambient, const ExecutionOptions& options) {
  const ScopePolicy::Settings settings = settings_of(options);
  if (!settings.is_traced && !settings.is_cached && !settings.is_debugged && !settings.needs_run)
    return ambient;
  const Ambient open = settings.is_traced.value_or(true) ? ambient : without_option_trace(ambient);
  return with_policy(open, std::make_shared<const ScopePolicy>(options, scope_policy_of(ambient)));
}

bool asks_around_calls(const ExecutionOptions& options) {
  const ScopePolicy::Settings settings = settings_of(options);
  return settings.is_traced.value_or(false) || settings.is_cached.value_or(false) ||
         settings.is_debugged.value_or(false) || settings.needs_run.value_or(false);
}

void set_process_policy(const ExecutionOptions& options) {
  static const auto* const policy = new ScopePolicy({}, nullptr);
  const ScopePolicy::Settings settings = settings_of(options);
  process_settings.is_traced = settings.is_traced.value_or(false);
  process_settings.is_cached = settings.is_cached.value_or(false);
  process_settings.is_debugged = settings.is_debugged.value_or(false);
  process_settings.needs_run = settings.needs_run.value_or(false);
  const bool is_needed = process_settings.is_traced || process_settings.is_cached ||
                         process_settings.is_debugged || process_settings.needs_run;
  CallPolicy::set_process_policy(is_needed ? policy : nullptr);
}

CacheStats cache_stats() {
  const auto* policy = static_cast<const ScopePolicy*>(CallPolicy::current());
  const std::shared_ptr<ResultCache> cache = policy ? policy->cache() : nullptr;
  return cache ? cache->stats() : CacheStats();
}

void clear_cache() {
  const auto* policy = static_cast<const ScopePolicy*>(CallPolicy::current());
  if (const std::shared_ptr<ResultCache> cache = policy ? policy->cache() : nullptr) cache->clear();
}

}  // namespace ember::xcs
