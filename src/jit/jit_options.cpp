#include <ember/jit_options.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <ember/error.hpp>

#include "base/lower_case.hpp"
#include "jit/jit_operator.hpp"

namespace ember::xcs {
namespace {

template <class Choice>
struct Named {
  std::string_view name;
  Choice choice;
};

constexpr std::array<Named<JitMode>, 4> modes = {{{"auto", JitMode::automatic},
                                                  {"trace", JitMode::trace},
                                                  {"structural", JitMode::structural},
                                                  {"enhanced", JitMode::enhanced}}};
constexpr std::array<Named<JitStrategy>, 3> strategies = {{{"auto", JitStrategy::automatic},
                                                           {"parallel", JitStrategy::parallel},
                                                           {"sequential", JitStrategy::sequential}}};
constexpr std::array<Named<int>, 3> trace_levels = {{{"minimal", 0}, {"standard", 1}, {"verbose", 2}}};

template <class Choice, std::size_t size>
Choice choice_of(std::string_view option, const std::string& given,
                 const std::array<Named<Choice>, size>& known) {
  const std::string lower = lower_case(given);
  std::string valid;
  for (const auto& [name, choice] : known) {
    if (lower == name) return choice;
    valid += (valid.empty() ? "" : ", ") + std::string(name);
  }
  throw InvalidArgumentError("unknown " + std::string(option) + " '" + given + "': expected one of " + valid);
}

void require_at_least_one(std::string_view option, int value) {
  if (value >= 1) return;
  throw InvalidArgumentError(std::string(option) + " must be an integer of at least 1, got " +
                             std::to_string(value));
}

int read_count(const Value& value, std::string_view option) {
  if (value.is_integer() && value.integer() >= 1 && value.integer() <= 1'000'000)
    return static_cast<int>(value.integer());
  throw InvalidArgumentError(std::string(option) + " must be an integer of at least 1");
}

/// Sets one option; false when there is none of this name.
bool set_option(JITOptions& options, const std::string& name, const Value& value) {
  if (name == "mode") {
    options.mode = value.string();
  } else if (name == "sample_input") {
    if (!value.is_null()) options.sample_input = value;
  } else if (name == "force_trace") {
    options.force_trace = value.boolean();
  } else if (name == "recursive") {
    options.recursive = value.boolean();
  } else if (name == "cache_size") {
    options.cache_size = read_count(value, name);
  } else if (name == "fallback") {
    options.fallback = value.boolean();
  } else if (name == "trace_level") {
    options.trace_level = value.string();
  } else if (name == "preserve_stochasticity") {
    options.preserve_stochasticity = value.boolean();
  } else if (name == "passes") {
    options.passes = PlanPasses::from(value);
  } else if (name == "parallel_threshold") {
    options.parallel_threshold = read_count(value, name);
  } else if (name == "execution_strategy") {
    options.execution_strategy = value.string();
  } else if (name == "max_workers") {
    if (!value.is_null()) options.max_workers = read_count(value, name);
  } else {
    return false;
  }
  return true;
}

}  // namespace

JitMode jit_mode_of(const std::string& name) {
  return choice_of("jit mode", name, modes);
}

JitStrategy jit_strategy_of(const std::string& name) {
  return choice_of("execution_strategy", name, strategies);
}

JITOptions JITOptions::from(const Value& settings) {
  JITOptions options;
  std::vector<std::string> unknown;
  for (const auto& [name, value] : settings.fields()) {
    if (!set_option(options, name, value)) unknown.push_back(name);
  }
  if (!unknown.empty()) {
    std::sort(unknown.begin(), unknown.end());
    std::string names;
    for (const std::string& name : unknown) names += (names.empty() ? "" : ", ") + name;
    throw InvalidArgumentError(std::string("Invalid jit option") + (unknown.size() > 1 ? "s" : "") + ": " +
                               names);
  }
  options.validate();
  return options;
}

void JITOptions::validate() const {
  (void)jit_mode_of(mode);
  (void)jit_strategy_of(execution_strategy);
  (void)choice_of("trace_level", trace_level, trace_levels);
  require_at_least_one("cache_size", cache_size);
  require_at_least_one("parallel_threshold", parallel_threshold);
  if (max_workers) require_at_least_one("max_workers", *max_workers);
}

JITOptions StructuralJITOptions::to_jit_options() const {
  JITOptions options;
  options.mode = "structural";
  options.execution_strategy = execution_strategy;
  options.parallel_threshold = parallel_threshold;
  options.max_workers = max_workers;
  options.force_trace = !cache_graph;
  options.validate();
  return options;
}

}  // namespace ember::xcs
