// The options in the id of a simulated model, and the dice that decide what one attempt does.
#pragma once

#include <string>

#include <ember/providers.hpp>

namespace ember::model {

/// Throws InvalidArgumentError naming the field that is out of range.
void check_simulated(const SimulatedModel& model);

/// `model` with the options of `id`, such as `echo?latency=0.1&fail=0.05`. Throws InvalidArgumentError naming
/// an unknown option, with the closest known one, or a value out of range.
SimulatedModel with_id_options(SimulatedModel model, const std::string& id);

/// What one attempt does; the same for the same seed, name, messages and attempt.
struct SimulatedFate {
  Duration latency{};
  bool is_failing = false;
  std::uint64_t dice = 0;
};
SimulatedFate fate_of(const SimulatedModel& model, const std::string& name, const ModelRequest& request);

}  // namespace ember::model
