#include <ember/execution_options.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cmath>
#include <functional>
#include <mutex>
#include <utility>

#include <ember/error.hpp>
#include <ember/json.hpp>

#include "base/ambient.hpp"
#include "base/lower_case.hpp"
#include "exec/effective_options.hpp"
#include "exec/scope_policy.hpp"

namespace ember::xcs {
namespace {

[[noreturn]] void refuse(std::string_view option, const std::string& expected, const std::string& found) {
  throw InvalidArgumentError("Invalid value for execution option " + std::string(option) + ": expected " +
                             expected + ", got " + found);
}

std::string describe(const Value& value) {
  if (value.is_string()) return "'" + value.string() + "'";
  if (value.is_list() || value.is_mapping() || value.is_array() || value.is_native()) {
    return std::string(to_string(value.kind()));
  }
  if (value.is_number() && !std::isfinite(value.number())) return std::isnan(value.number()) ? "nan" : "inf";
  return to_json(value);
}

std::optional<bool> read_flag(std::string_view option, const Value& value) {
  if (!value.is_boolean()) refuse(option, "true or false", describe(value));
  return value.boolean();
}

std::optional<std::string> read_text(std::string_view option, const Value& value) {
  if (!value.is_string()) refuse(option, "a string", describe(value));
  return value.string();
}

std::optional<int> read_workers(const Value& value) {
  if (value.is_null()) return std::nullopt;
  if (!value.is_integer() || value.integer() < 1 || value.integer() > 1'000'000) {
    refuse("max_workers", "an integer of at least 1", describe(value));
  }
  return static_cast<int>(value.integer());
}

std::optional<double> read_timeout(const Value& value) {
  if (value.is_null()) return std::nullopt;
  if (!value.is_integer() && !value.is_number())
    refuse("timeout_seconds", "a number above 0", describe(value));
  return value.number();
}

using Setter = std::function<void(ExecutionOptions&, const Value&)>;

const std::vector<std::pair<std::string_view, Setter>>& setters() {
  static const std::vector<std::pair<std::string_view, Setter>> table = {
      {"use_parallel", [](auto& o, const Value& v) { o.use_parallel = read_flag("use_parallel", v); }},
      {"max_workers", [](auto& o, const Value& v) { o.max_workers = read_workers(v); }},
      {"device_strategy",
       [](auto& o, const Value& v) { o.device_strategy = read_text("device_strategy", v); }},
      {"enable_caching", [](auto& o, const Value& v) { o.enable_caching = read_flag("enable_caching", v); }},
      {"trace_execution",
       [](auto& o, const Value& v) { o.trace_execution = read_flag("trace_execution", v); }},
      {"timeout_seconds", [](auto& o, const Value& v) { o.timeout_seconds = read_timeout(v); }},
      {"scheduler",
       [](auto& o, const Value& v) {
         if (!v.is_null()) o.scheduler = Scheduler(*read_text("scheduler", v));
       }},
      {"collect_metrics",
       [](auto& o, const Value& v) { o.collect_metrics = read_flag("collect_metrics", v); }},
      {"debug", [](auto& o, const Value& v) { o.debug = read_flag("debug", v); }},
      {"executor", [](auto& o, const Value& v) { o.executor = read_text("executor", v); }},
      {"fail_fast", [](auto& o, const Value& v) { o.fail_fast = read_flag("fail_fast", v); }},
  };
  return table;
}

bool is_device(std::string_view name) {
  constexpr std::array<std::string_view, 4> kinds = {"cpu", "gpu", "cuda", "tpu"};
  if (name == "auto") return true;
  const auto colon = name.find(':');
  const auto kind = name.substr(0, colon);
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) return false;
  if (colon == std::string_view::npos) return true;
  const auto index = name.substr(colon + 1);
  return !index.empty() &&
         std::all_of(index.begin(), index.end(), [](unsigned char c) { return std::isdigit(c); });
}

struct Defaults {
  std::mutex mutex;
  ExecutionOptions options;
  /// Somebody has set some: without a lock, for those who then need not look.
  std::atomic<bool> are_set = false;
};

Defaults& process_defaults() {
  static Defaults defaults;
  return defaults;
}

ExecutionOptions effective_here() {
  ExecutionOptions lower;
  if (process_defaults().are_set.load(std::memory_order_acquire)) {
    const std::lock_guard lock(process_defaults().mutex);
    lower = process_defaults().options;
  }
  const auto* scope = Ambient::current().get<ExecutionOptions>(AmbientSlot::options);
  return scope ? scope->over(lower) : lower;
}

/// Sets every option that has a default and is still open.
ExecutionOptions completed(ExecutionOptions options) {
  if (!options.use_parallel) options.use_parallel = true;
  options.device_strategy = options.device_strategy ? lower_case(*options.device_strategy) : "auto";
  if (!options.enable_caching) options.enable_caching = false;
  if (!options.trace_execution) options.trace_execution = false;
  if (!options.collect_metrics) options.collect_metrics = false;
  if (!options.debug) options.debug = false;
  options.executor = options.executor ? lower_case(*options.executor) : "auto";
  if (!options.fail_fast) options.fail_fast = true;
  return options;
}

/// True when any field that operators can see is set.
bool has_settings(const ExecutionOptions& options) {
  return options.use_parallel || options.max_workers || options.device_strategy || options.enable_caching ||
         options.trace_execution || options.timeout_seconds || options.scheduler || options.collect_metrics ||
         options.debug || options.executor || options.fail_fast;
}

void require_scope_options(const ExecutionOptions& options) {
  if (!options.output_nodes.is_all()) {
    throw InvalidArgumentError("Invalid execution option: output_nodes (only execute takes it)");
  }
  if (options.stop_token.stop_possible()) {
    throw InvalidArgumentError("Invalid execution option: stop_token (only execute takes it)");
  }
}

/// What is effective where nobody has set anything. Without a count of references: it lives for ever.
std::shared_ptr<const ExecutionOptions> factory_options() {
  static const auto* const options = new ExecutionOptions(completed({}));
  return {std::shared_ptr<void>(), options};
}

}  // namespace

ExecutionOptions ExecutionOptions::from(const Value& settings) {
  if (settings.is_null()) return {};
  if (!settings.is_mapping()) {
    throw InvalidArgumentError("Invalid execution options: expected a mapping, got " + describe(settings));
  }
  std::vector<std::string> unknown;
  for (const auto& [name, value] : settings.fields()) {
    const bool is_known = std::any_of(setters().begin(), setters().end(),
                                      [&name = name](const auto& entry) { return entry.first == name; });
    if (!is_known) unknown.push_back(name);
  }
  if (!unknown.empty()) {
    std::sort(unknown.begin(), unknown.end());
    std::string names;
    for (const std::string& name : unknown) names += (names.empty() ? "" : ", ") + name;
    throw InvalidArgumentError(std::string("Invalid execution option") + (unknown.size() > 1 ? "s" : "") +
                               ": " + names);
  }
  ExecutionOptions options;
  for (const auto& [name, value] : settings.fields()) {
    for (const auto& [known, set] : setters()) {
      if (known == name) set(options, value);
    }
  }
  options.validate();
  return options;
}

void ExecutionOptions::validate() const {
  if (max_workers && *max_workers < 1) {
    refuse("max_workers", "an integer of at least 1", std::to_string(*max_workers));
  }
  if (timeout_seconds && !(*timeout_seconds > 0 && std::isfinite(*timeout_seconds))) {
    refuse("timeout_seconds", "a number above 0", describe(*timeout_seconds));
  }
  if (device_strategy && !is_device(lower_case(*device_strategy))) {
    refuse("device_strategy", "auto, cpu, gpu, cuda, tpu or <kind>:<index>", "'" + *device_strategy + "'");
  }
  if (executor) {
    const std::string name = lower_case(*executor);
    if (name != "auto" && name != "async" && name != "thread") {
      refuse("executor", "auto, async or thread", "'" + *executor + "'");
    }
  }
}

ExecutionOptions ExecutionOptions::over(const ExecutionOptions& lower) const {
  ExecutionOptions merged = *this;
  const auto inherit = [](auto& field, const auto& from) {
    if (!field) field = from;
  };
  if (scheduler && !use_parallel) merged.use_parallel = scheduler->is_parallel();
  if (use_parallel && !scheduler && lower.scheduler && lower.scheduler->is_parallel() != *use_parallel) {
    merged.scheduler.reset();
  } else {
    inherit(merged.scheduler, lower.scheduler);
  }
  inherit(merged.use_parallel, lower.use_parallel);
  inherit(merged.max_workers, lower.max_workers);
  inherit(merged.device_strategy, lower.device_strategy);
  inherit(merged.enable_caching, lower.enable_caching);
  inherit(merged.trace_execution, lower.trace_execution);
  inherit(merged.timeout_seconds, lower.timeout_seconds);
  inherit(merged.collect_metrics, lower.collect_metrics);
  inherit(merged.debug, lower.debug);
  inherit(merged.executor, lower.executor);
  inherit(merged.fail_fast, lower.fail_fast);
  return merged;
}

bool ExecutionOptions::is_parallel() const noexcept {
  if (!use_parallel.value_or(true)) return false;
  if (scheduler && !scheduler->is_parallel()) return false;
  return max_workers.value_or(0) != 1;
}

struct ExecutionScope::State {
  explicit State(Ambient inside) : ambient(std::move(inside)) {}
  AmbientScope ambient;
};

ExecutionScope::ExecutionScope(const ExecutionOptions& options) {
  options.validate();
  require_scope_options(options);
  const Ambient& ambient = Ambient::current();
  const auto* outer = ambient.get<ExecutionOptions>(AmbientSlot::options);
  auto merged = std::make_shared<const ExecutionOptions>(options.over(outer ? *outer : ExecutionOptions()));
  state_ = std::make_unique<State>(
      with_options_around_calls(ambient.with(AmbientSlot::options, std::move(merged)), options));
}

ExecutionScope::~ExecutionScope() {
  end_user_scope(state_, "execution_options");
}

ExecutionOptions set_execution_options(const ExecutionOptions& options) {
  options.validate();
  require_scope_options(options);
  const std::lock_guard lock(process_defaults().mutex);
  process_defaults().options = options.over(process_defaults().options);
  set_process_policy(process_defaults().options);
  process_defaults().are_set.store(true, std::memory_order_release);
  return completed(process_defaults().options);
}

ExecutionOptions get_execution_options() {
  return completed(effective_here());
}

EffectiveOptions effective_options(const ExecutionOptions& given) {
  const bool are_own = has_settings(given);
  if (!are_own && !process_defaults().are_set.load(std::memory_order_acquire) &&
      !Ambient::current().get<ExecutionOptions>(AmbientSlot::options)) {
    return {factory_options(), false};
  }
  given.validate();
  auto merged = std::make_shared<ExecutionOptions>(completed(given.over(effective_here())));
  merged->output_nodes = OutputNodes::all();
  merged->stop_token = {};
  return {std::move(merged), are_own};
}

std::optional<int> workers_of(const ExecutionOptions& options) {
  if (!options.scheduler || !options.scheduler->max_workers()) return options.max_workers;
  const int own = *options.scheduler->max_workers();
  return options.max_workers ? std::min(own, *options.max_workers) : own;
}

bool is_one_by_one(const ExecutionOptions& options) {
  return !options.is_parallel() || workers_of(options) == 1;
}

void reset_execution_options() {
  const std::lock_guard lock(process_defaults().mutex);
  process_defaults().options = {};
  set_process_policy({});
  process_cache()->clear();
  process_defaults().are_set.store(false, std::memory_order_release);
}

}  // namespace ember::xcs
