// Time to a few milliseconds, at a small part of what a precise clock takes.
#pragma once

#include <chrono>
#include <ctime>

namespace ember::xcs {

inline std::chrono::nanoseconds coarse_time() noexcept {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Says when something takes much longer than expected.
class Patience {
 public:
  explicit Patience(std::chrono::nanoseconds expected) noexcept
      : end_(coarse_time() + 4 * expected + resolution) {}
  [[nodiscard]] bool is_over() const noexcept { return coarse_time() > end_; }

 private:
  static constexpr std::chrono::milliseconds resolution{8};
  std::chrono::nanoseconds end_;
};

}  // namespace ember::xcs
