#include <ember/jit_options.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <ember/error.hpp>
#include <ember/json.hpp>

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

constexpr std::int64_t most_count = 1'000'000;

[[noreturn]] void refuse_option(std::string_view option, const std::string& expected, const Value& found) {
  const bool is_short = !found.is_list() && !found.is_mapping() && !found.is_array() && !found.is_native();
  throw InvalidArgumentError("Invalid value for jit option " + std::string(option) + ": expected " +
                             expected + ", got " +
                             (is_short ? to_json(found) : std::string(to_string(found.kind()))));
}

int read_count(std::string_view option, const Value& value) {
  if (!value.is_integer() || value.integer() < 1) refuse_option(option, "an integer of at least 1", value);
  if (value.integer() > most_count) {
    refuse_option(option, "an integer of at most " + std::to_string(most_count), value);
  }
  return static_cast<int>(value.integer());
}

bool read_switch(std::string_view option, const Value& value) {
  if (!value.is_boolean()) refuse_option(option, "true or false", value);
  return value.boolean();
}

std::string read_name(std::string_view option, const Value& value) {
  if (!value.is_string()) refuse_option(option, "a string", value);
  return value.string();
}

using OptionReader = void (*)(JITOptions& options, std::string_view name, const Value& value);

template <auto member>
constexpr OptionReader reads_count = [](JITOptions& options, std::string_view name, const Value& value) {
  options.*member = read_count(name, value);
};
template <auto member>
constexpr OptionReader reads_switch = [](JITOptions& options, std::string_view name, const Value& value) {
  options.*member = read_switch(name, value);
};
template <auto member>
constexpr OptionReader reads_name = [](JITOptions& options, std::string_view name, const Value& value) {
  options.*member = read_name(name, value);
};

constexpr std::array<Named<OptionReader>, 12> readers = {
    {{"mode", reads_name<&JITOptions::mode>},
     {"sample_input",
      [](JITOptions& options, std::string_view, const Value& value) {
        if (!value.is_null()) options.sample_input = value;
      }},
     {"force_trace", reads_switch<&JITOptions::force_trace>},
     {"recursive", reads_switch<&JITOptions::recursive>},
     {"cache_size", reads_count<&JITOptions::cache_size>},
     {"fallback", reads_switch<&JITOptions::fallback>},
     {"trace_level", reads_name<&JITOptions::trace_level>},
     {"preserve_stochasticity", reads_switch<&JITOptions::preserve_stochasticity>},
     {"passes", [](JITOptions& options, std::string_view,
                   const Value& value) { options.passes = PlanPasses::from(value); }},
     {"parallel_threshold", reads_count<&JITOptions::parallel_threshold>},
     {"execution_strategy", reads_name<&JITOptions::execution_strategy>},
     {"max_workers", [](JITOptions& options, std::string_view name, const Value& value) {
        if (!value.is_null()) options.max_workers = read_count(name, value);
      }}}};

OptionReader reader_of(std::string_view name) {
  for (const auto& [known, reader] : readers) {
    if (known == name) return reader;
  }
  return nullptr;
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
  if (settings.is_null()) return options;
  if (!settings.is_mapping()) {
    throw InvalidArgumentError("Invalid jit options: expected a mapping, got a value of kind " +
                               std::string(to_string(settings.kind())));
  }
  std::vector<std::string> unknown;
  for (const auto& [name, value] : settings.fields()) {
    if (!reader_of(name)) unknown.push_back(name);
  }
  if (!unknown.empty()) {
    std::sort(unknown.begin(), unknown.end());
    std::string names;
    for (const std::string& name : unknown) names += (names.empty() ? "" : ", ") + name;
    throw InvalidArgumentError(std::string("Invalid jit option") + (unknown.size() > 1 ? "s" : "") + ": " +
                               names);
  }
  for (const auto& [name, value] : settings.fields()) reader_of(name)(options, name, value);
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
