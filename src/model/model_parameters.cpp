// One table of names serves reading by name; an unknown name is refused with the closest known one.
#include <ember/model_parameters.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <ember/error.hpp>

#include "base/closest_name.hpp"
#include "value/overlay.hpp"

namespace ember {
namespace {

void require(bool is_valid, const char* message) {
  if (!is_valid) throw InvalidArgumentError(message);
}

[[noreturn]] void refuse_kind(const std::string& name, const char* expected, const Value& found) {
  throw InvalidArgumentError(name + " must be " + expected + ", found " +
                             std::string(to_string(found.kind())));
}

double number_of(const std::string& name, const Value& value) {
  if (!value.is_number() && !value.is_integer()) refuse_kind(name, "a number", value);
  return value.number();
}

std::int64_t integer_of(const std::string& name, const Value& value) {
  if (value.is_number() && std::nearbyint(value.number()) == value.number() &&
      std::abs(value.number()) < 9e15) {
    return static_cast<std::int64_t>(value.number());
  }
  if (!value.is_integer()) refuse_kind(name, "an integer", value);
  return value.integer();
}

std::string parameter_text(const std::string& name, const Value& value) {
  if (!value.is_string()) refuse_kind(name, "a string", value);
  return value.string();
}

Duration seconds_of(const std::string& name, const Value& value) {
  const double seconds = number_of(name, value);
  if (!std::isfinite(seconds)) throw InvalidArgumentError(name + " must be a finite number of seconds");
  return from_seconds(seconds);
}

std::vector<std::string> texts_of(const std::string& name, const Value& value) {
  if (value.is_string()) return {value.string()};
  if (!value.is_list()) refuse_kind(name, "a string or a list of strings", value);
  std::vector<std::string> texts;
  for (const Value& item : value.items()) texts.push_back(parameter_text(name, item));
  return texts;
}

void set_retry_field(RetryPolicy& policy, const std::string& key, const Value& value) {
  static const std::vector<std::string> names = {"max_attempts", "min_wait", "max_wait", "max_retry_after",
                                                 "seed"};
  const std::string name = "retry." + key;
  if (key == "max_attempts") {
    const std::int64_t attempts = integer_of(name, value);
    require(attempts >= 1 && attempts <= 1'000'000, "retry.max_attempts must be from 1 to 1000000");
    policy.max_attempts = static_cast<int>(attempts);
  } else if (key == "min_wait") {
    policy.min_wait = seconds_of(name, value);
  } else if (key == "max_wait") {
    policy.max_wait = seconds_of(name, value);
  } else if (key == "max_retry_after") {
    policy.max_retry_after = seconds_of(name, value);
  } else if (key == "seed") {
    policy.seed = static_cast<std::uint64_t>(integer_of(name, value));
  } else {
    throw InvalidArgumentError("unknown retry parameter '" + key + "'" + suggestion(key, names));
  }
}

RetryPolicy retry_of(const std::string& name, const Value& value) {
  if (!value.is_mapping()) refuse_kind(name, "a mapping", value);
  RetryPolicy policy = RetryPolicy::for_models();
  for (const auto& [key, content] : value.fields()) set_retry_field(policy, key, content);
  return policy;
}

Value bag_of(const std::string& name, const Value& value) {
  if (!value.is_mapping()) refuse_kind(name, "a mapping", value);
  return value;
}

struct Parameter {
  const char* name;
  void (*set)(ModelParameters&, const std::string&, const Value&);
};

using P = ModelParameters;
using Name = const std::string&;
using Content = const Value&;

constexpr std::array parameters_by_name = {
    Parameter{"temperature", [](P& p, Name n, Content v) { p.temperature = number_of(n, v); }},
    Parameter{"max_tokens", [](P& p, Name n, Content v) { p.max_tokens = integer_of(n, v); }},
    Parameter{"top_p", [](P& p, Name n, Content v) { p.top_p = number_of(n, v); }},
    Parameter{"stop", [](P& p, Name n, Content v) { p.stop = texts_of(n, v); }},
    Parameter{"timeout", [](P& p, Name n, Content v) { p.timeout = seconds_of(n, v); }},
    Parameter{"context", [](P& p, Name n, Content v) { p.context = parameter_text(n, v); }},
    Parameter{"seed", [](P& p, Name n, Content v) { p.seed = integer_of(n, v); }},
    Parameter{"base_url", [](P& p, Name n, Content v) { p.base_url = parameter_text(n, v); }},
    Parameter{"api_key_env", [](P& p, Name n, Content v) { p.api_key_env = parameter_text(n, v); }},
    Parameter{"retry", [](P& p, Name n, Content v) { p.retry = retry_of(n, v); }},
    Parameter{"provider", [](P& p, Name n, Content v) { p.provider = bag_of(n, v); }},
};

[[noreturn]] void refuse_name(const std::string& name) {
  std::vector<std::string> known;
  for (const Parameter& parameter : parameters_by_name) known.emplace_back(parameter.name);
  throw InvalidArgumentError("unknown model parameter '" + name + "'" + suggestion(name, known));
}

void set_field(ModelParameters& parameters, const std::string& name, const Value& value) {
  for (const Parameter& parameter : parameters_by_name) {
    if (name != parameter.name) continue;
    if (!value.is_null()) parameter.set(parameters, name, value);
    return;
  }
  refuse_name(name);
}

/// `upper` with the fields that only `lower` has.
Value merge_bags(const Value& upper, const Value& lower) {
  if (!lower.is_mapping()) return upper;
  if (!upper.is_mapping()) return lower;
  return overlay(lower, upper);
}

template <class T>
void fill(std::optional<T>& field, const std::optional<T>& lower) {
  if (!field) field = lower;
}

}  // namespace

ModelParameters ModelParameters::from(const Value& fields) {
  ModelParameters parameters = read(fields);
  parameters.validate();
  return parameters;
}

ModelParameters ModelParameters::read(const Value& fields) {
  ModelParameters parameters;
  if (fields.is_null()) return parameters;
  if (!fields.is_mapping()) refuse_kind("model parameters", "a mapping", fields);
  for (const auto& [name, value] : fields.fields()) set_field(parameters, name, value);
  return parameters;
}

void ModelParameters::validate(double max_temperature) const {
  if (temperature && !(*temperature >= 0 && *temperature <= max_temperature)) {
    throw InvalidArgumentError("temperature must be from 0 to " +
                               std::to_string(static_cast<int>(max_temperature)));
  }
  require(!max_tokens || *max_tokens >= 1, "max_tokens must be at least 1");
  require(!top_p || (*top_p > 0 && *top_p <= 1), "top_p must be above 0 and at most 1");
  require(!timeout || *timeout > Duration::zero(), "timeout must be longer than 0");
  require(!base_url || !base_url->empty(), "base_url must not be empty");
  require(!api_key_env || !api_key_env->empty(), "api_key_env must not be empty");
  require(provider.is_null() || provider.is_mapping(),
          "provider must be a mapping of the provider's own fields");
  if (retry) retry->validate();
}

ModelParameters ModelParameters::over(const ModelParameters& lower) const {
  ModelParameters merged = *this;
  fill(merged.temperature, lower.temperature);
  fill(merged.max_tokens, lower.max_tokens);
  fill(merged.top_p, lower.top_p);
  fill(merged.stop, lower.stop);
  fill(merged.timeout, lower.timeout);
  fill(merged.context, lower.context);
  fill(merged.seed, lower.seed);
  fill(merged.base_url, lower.base_url);
  fill(merged.api_key_env, lower.api_key_env);
  fill(merged.retry, lower.retry);
  merged.provider = merge_bags(provider, lower.provider);
  return merged;
}

}  // namespace ember
