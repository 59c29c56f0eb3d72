#include "model/simulated_options.hpp"

#include <cmath>
#include <cstdlib>
#include <numbers>
#include <string_view>
#include <vector>

#include <ember/error.hpp>

#include "base/closest_name.hpp"
#include "model/splitmix.hpp"

namespace ember::model {
namespace {

double number_of(const std::string& name, const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(number)) {
    throw InvalidArgumentError("option " + name + " of a simulated model must be a number, found '" + text +
                               "'");
  }
  return number;
}

void set_option(SimulatedModel& model, const std::string& name, const std::string& text) {
  static const std::vector<std::string> known = {"latency", "sigma", "fail", "seed"};
  if (name == "latency") {
    model.latency = from_seconds(number_of(name, text));
  } else if (name == "sigma") {
    model.latency_sigma = number_of(name, text);
  } else if (name == "fail") {
    model.fail_rate = number_of(name, text);
  } else if (name == "seed") {
    const double seed = number_of(name, text);
    if (!(seed >= 0 && seed <= 0x1p53))
      throw InvalidArgumentError("seed of a simulated model must be from 0 to 2^53");
    model.seed = static_cast<std::uint64_t>(seed);
  } else {
    throw InvalidArgumentError("unknown option '" + name + "' of a simulated model" +
                               suggestion(name, known));
  }
}

/// A standard normal number from random bits (Box-Muller).
double normal_number(std::uint64_t dice) noexcept {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - unit_interval(mix(dice))));
  return radius * std::cos(2.0 * std::numbers::pi * unit_interval(mix(dice + 1)));
}

}  // namespace

void check_simulated(const SimulatedModel& model) {
  if (model.latency < Duration::zero())
    throw InvalidArgumentError("latency of a simulated model must not be negative");
  if (!(model.latency_sigma >= 0 && model.latency_sigma <= 10)) {
    throw InvalidArgumentError("sigma of a simulated model must be from 0 to 10");
  }
  if (!(model.fail_rate >= 0 && model.fail_rate <= 1)) {
    throw InvalidArgumentError("fail rate of a simulated model must be from 0 to 1");
  }
}

SimulatedModel with_id_options(SimulatedModel model, const std::string& id) {
  std::string_view options(id);
  const auto question = options.find('?');
  options = question == std::string_view::npos ? std::string_view() : options.substr(question + 1);
  while (!options.empty()) {
    const auto end = options.find('&');
    const std::string_view option = options.substr(0, end);
    const auto equals = option.find('=');
    set_option(model, std::string(option.substr(0, equals)),
               equals == std::string_view::npos ? std::string() : std::string(option.substr(equals + 1)));
    options = end == std::string_view::npos ? std::string_view() : options.substr(end + 1);
  }
  check_simulated(model);
  return model;
}

SimulatedFate fate_of(const SimulatedModel& model, const std::string& name, const ModelRequest& request) {
  std::uint64_t dice = mix(mix(model.seed), name);
  for (const Message& message : request.messages) dice = mix(dice, message.content);
  SimulatedFate fate;
  fate.dice = dice;
  dice = mix(dice + static_cast<std::uint64_t>(request.attempt));
  const double factor =
      model.latency_sigma > 0 ? std::exp(model.latency_sigma * normal_number(mix(dice, "latency"))) : 1;
  fate.latency = from_seconds(to_seconds(model.latency) * factor);
  fate.is_failing = unit_interval(mix(dice, "failure")) < model.fail_rate;
  return fate;
}

}  // namespace ember::model
