// Which requests fail, and how: rates by kind of failure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "simulate/random_stream.hpp"

namespace ember::simulate {

enum class Failure : std::uint8_t {
  none,
  too_many_requests,  // 429 with Retry-After
  server_error,       // 500
  unavailable,        // 503
  reset,              // the connection is reset instead of an answer
  cut,                // the body ends early
  drip,               // the body comes byte by byte, but whole
};

inline constexpr std::size_t failure_kinds = 7;

/// The key of `--fail`: `429`, `500`, `503`, `reset`, `cut`, `drip`; `none` for no failure.
std::string_view to_string(Failure failure) noexcept;

class FailurePlan {
 public:
  /// Sets the rates of a comma list such as `429=0.05,reset=0.01`. Throws InvalidArgumentError for an unknown
  /// kind, naming the known ones, for a rate outside 0 to 1, and when all rates together exceed 1.
  void add(std::string_view list);

  /// The rate of one kind, 0 to 1.
  [[nodiscard]] double rate(Failure failure) const noexcept {
    return rates_[static_cast<std::size_t>(failure)];
  }
  /// The fate of one request.
  [[nodiscard]] Failure draw(RandomStream random) const noexcept;

 private:
  void set(std::string_view entry);

  std::array<double, failure_kinds> rates_{};
};

}  // namespace ember::simulate
