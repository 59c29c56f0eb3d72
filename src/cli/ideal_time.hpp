// IdealTime: how long rows would take on that many slots if nothing but their critical paths took time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <queue>
#include <vector>

#include <ember/clock.hpp>

namespace ember::cli {

/// The rows come in their order; each starts on the slot that is free first. Memory: one time for each slot.
class IdealTime {
 public:
  explicit IdealTime(std::size_t slots) : slots_(slots) {}

  void add(Duration critical_path) {
    Duration start{};
    if (ends_.size() == slots_) {
      start = ends_.top();
      ends_.pop();
    }
    ends_.push(start + critical_path);
    last_end_ = std::max(last_end_, start + critical_path);
  }
  /// When the last row ends.
  [[nodiscard]] Duration total() const noexcept { return last_end_; }

 private:
  std::size_t slots_;
  std::priority_queue<Duration, std::vector<Duration>, std::greater<>> ends_;
  Duration last_end_{};
};

}  // namespace ember::cli
