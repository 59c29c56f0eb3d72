// What a simulated model is like: its name, how often it is right, how long it takes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simulate/latency.hpp"

namespace ember::simulate {

struct ModelProfile {
  std::string name{};
  /// Probability of a right answer to a problem it can compute, 0 to 1.
  double skill = 1;
  /// Its own latency; the server's when empty.
  std::optional<Latency> latency{};

  /// `NAME[:key=value,...]` with the keys `skill` and `latency`; the name may hold colons, as
  /// `llama3:8b:skill=0.7`. Throws InvalidArgumentError naming what is wrong and the known keys.
  static ModelProfile parse(std::string_view text);
};

}  // namespace ember::simulate
