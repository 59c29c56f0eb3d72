// How long a simulated model takes: a constant, or lognormal as real services are.
#pragma once

#include <string_view>

#include <ember/clock.hpp>

#include "simulate/random_stream.hpp"

namespace ember::simulate {

/// A duration as written on the command line: `250us`, `100ms`, `1.5s`, or plain seconds `0.1`.
/// Throws InvalidArgumentError for anything else.
Duration parse_duration(std::string_view text);

/// A number without sign and surroundings, finite and at least 0. Throws InvalidArgumentError that names
/// `what`.
double parse_number(std::string_view text, std::string_view what);

class Latency {
 public:
  /// No latency.
  Latency() noexcept = default;

  static Latency constant(Duration duration) noexcept;
  /// Half of the samples are below `median`; `sigma` is the standard deviation of their logarithm.
  static Latency lognormal(Duration median, double sigma) noexcept;

  /// `100ms`, `0.1` or `lognormal:MEDIAN,SIGMA`. Throws InvalidArgumentError naming the accepted forms.
  static Latency parse(std::string_view text);

  /// One latency; at most an hour.
  [[nodiscard]] Duration sample(RandomStream& random) const noexcept;
  [[nodiscard]] Duration median() const noexcept { return median_; }
  [[nodiscard]] double sigma() const noexcept { return sigma_; }

 private:
  Duration median_{0};
  double sigma_ = 0;
};

}  // namespace ember::simulate
