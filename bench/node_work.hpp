// NodeWork: what one node does, the same for every contender. Integer arithmetic in a loop of fixed length,
// so that a node costs the same however busy the machine is; or a sleep.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace ember::bench {

struct NodeWork {
  const char* name;
  /// Time on a free core.
  std::chrono::nanoseconds target;
  std::size_t steps = 0;
  /// A node sleeps that long in place of computing.
  std::chrono::nanoseconds sleep{};
};

inline std::uint64_t mixed(std::uint64_t seed, std::size_t steps) {
  std::uint64_t state = seed;
  for (std::size_t i = 0; i <= steps; ++i) {
    state = (state ^ (state >> 29U)) * 0xBF58476D1CE4E5B9U + 1;
    asm volatile("" : "+r"(state));  // Each step is done, in this order.
  }
  return state >> 2U;
}

/// Nanoseconds per step: the shortest of many tries is the one that nobody interrupted.
inline double nanoseconds_per_step() {
  constexpr std::size_t steps = 20'000;
  double shortest = 1e9;
  for (std::uint64_t attempt = 0; attempt < 50; ++attempt) {
    const auto start = std::chrono::steady_clock::now();
    volatile std::uint64_t result = mixed(attempt, steps);
    (void)result;
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
    shortest = taken.count() / steps < shortest ? taken.count() / steps : shortest;
  }
  return shortest;
}

inline NodeWork work_of(const char* name, std::chrono::nanoseconds target, double step) {
  return {name, target, static_cast<std::size_t>(static_cast<double>(target.count()) / step)};
}

/// What a node makes of `seed`.
inline std::uint64_t work_on(std::uint64_t seed, const NodeWork& work) {
  if (work.sleep.count() > 0) std::this_thread::sleep_for(work.sleep);
  return mixed(seed, work.steps);
}

}  // namespace ember::bench
