// Gate: lets operators wait for each other, so that overlap is shown without sleeping.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace ember::testing {

/// Opens once `count` threads are inside. A test whose operators never overlap fails by `arrive` giving up.
class Gate {
 public:
  explicit Gate(std::size_t count) : count_(count) {}

  /// Waits until all have arrived; false when they do not within a time that only a hang reaches.
  bool arrive() {
    std::unique_lock lock(mutex_);
    if (++arrived_ >= count_) opened_.notify_all();
    return opened_.wait_for(lock, std::chrono::seconds(30), [&] { return arrived_ >= count_; });
  }

 private:
  const std::size_t count_;
  std::mutex mutex_;
  std::condition_variable opened_;
  std::size_t arrived_ = 0;
};

/// Counts how many are inside at once.
class Peak {
 public:
  class Visit {
   public:
    explicit Visit(Peak& peak) : peak_(peak) {
      const std::lock_guard lock(peak_.mutex_);
      ++peak_.visits_;
      if (++peak_.inside_ > peak_.most_) peak_.most_ = peak_.inside_;
    }
    ~Visit() {
      const std::lock_guard lock(peak_.mutex_);
      --peak_.inside_;
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    Peak& peak_;
  };

  [[nodiscard]] std::size_t most() const {
    const std::lock_guard lock(mutex_);
    return most_;
  }
  [[nodiscard]] std::size_t visits() const {
    const std::lock_guard lock(mutex_);
    return visits_;
  }

 private:
  mutable std::mutex mutex_;
  std::size_t inside_ = 0;
  std::size_t most_ = 0;
  std::size_t visits_ = 0;
};

}  // namespace ember::testing
