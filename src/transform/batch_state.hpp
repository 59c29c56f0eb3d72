// BatchState: the calls of one batch as threads share them. Lanes take calls from its front, in order, until
// none is left, or until it is decided which failure is the first.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include <ember/context.hpp>
#include <ember/op.hpp>

#include "op/call_policy.hpp"
#include "transform/batch.hpp"
#include "transform/batch_timeout.hpp"

namespace ember::xcs {

class BatchState {
 public:
  static constexpr std::size_t most_lanes = 64;

  /// `keeps_going`: a failure stops nothing. `measures_time`: cheap calls are taken many at a time.
  BatchState(OpReference op, std::shared_ptr<const Batch> batch, bool keeps_going, bool measures_time);

  /// Number of things to take: calls, or groups of them.
  [[nodiscard]] std::size_t units() const noexcept { return units_; }
  /// From then on a failure is the deadline's, and ends the lane: it is thrown. Before the first lane.
  void set_deadline(TimePoint deadline);
  /// Makes calls on this thread until there are none left to take.
  void run_lane();
  /// Makes them in order; `only_while_cheap`: until that has taken so long that others are worth waking.
  /// Returns true when there is none left, false also when a stop was requested.
  bool run_in_order(bool only_while_cheap);

  /// A stop is requested when the failure that decides the outcome is known, though calls are still under
  /// way.
  [[nodiscard]] std::stop_token decided() const { return decided_.get_token(); }
  [[nodiscard]] bool has_failed() const noexcept {
    return first_failed_.load(std::memory_order_acquire) != none;
  }
  /// Nanoseconds of one call, as last measured; 0 when not.
  [[nodiscard]] std::uint64_t cost() const noexcept { return cost_.load(std::memory_order_relaxed); }

  /// When all calls have ended, or when the first failure is decided.
  [[nodiscard]] BatchOutcome outcome();
  /// The error of the deadline, `seconds` after the begin. While calls may still be under way.
  [[nodiscard]] ExecutionTimeoutError timeout(double seconds) const;
  /// Likewise. `missing` stands for what has not ended.
  [[nodiscard]] BatchOutcome partial_outcome(const std::exception_ptr& missing) const;

 private:
  static constexpr std::size_t none = SIZE_MAX;
  using SteadyClock = std::chrono::steady_clock;

  /// Which call a lane is at; each on a cache line of its own.
  struct alignas(64) Lane {
    std::atomic<std::size_t> position = none;
  };

  [[nodiscard]] bool take(std::size_t wanted, ItemRange& range);
  void give_back(ItemRange range);
  [[nodiscard]] bool is_unwanted(std::size_t unit) const noexcept {
    return unit > first_failed_.load(std::memory_order_relaxed);
  }
  /// These make taken calls, and return how many to take next.
  std::size_t run_range(const ItemRange& range, std::atomic<std::size_t>& position,
                        const std::stop_token& stop);
  std::size_t run_measured(const ItemRange& range, std::atomic<std::size_t>& position,
                           const std::stop_token& stop);
  /// Makes taken calls, at least one, until one of them has taken very long. Returns where it stopped.
  std::size_t run_unmeasured(const ItemRange& range, std::atomic<std::size_t>& position,
                             const std::stop_token& stop);
  void run_unit(std::size_t unit);
  void run_call_at(std::size_t call);
  void run_group(const ItemRange& calls);
  void note_done(std::size_t call);
  void note_failure(std::size_t unit, std::exception_ptr error);
  void check_decided();
  void note_cost(SteadyClock::duration took, std::size_t calls) noexcept;
  [[nodiscard]] ItemRange calls_of(std::size_t unit) const {
    return groups_.empty() ? ItemRange{unit, unit + 1} : groups_[unit];
  }

  const OpReference op_;
  const std::shared_ptr<const Batch> batch_;
  const bool keeps_going_;
  const bool measures_time_;
  const bool has_devices_;
  /// Empty when calls are made one by one.
  std::vector<ItemRange> groups_;
  std::size_t units_ = 0;
  std::size_t share_ = 1;
  TimePoint deadline_ = TimePoint::max();

  std::vector<Value> outputs_;
  /// Which outputs are there; only with a deadline.
  std::unique_ptr<std::atomic<bool>[]> is_done_;

  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> first_failed_ = none;
  std::atomic<std::size_t> lanes_taken_ = 0;
  std::atomic<bool> has_returned_ = false;
  std::atomic<std::uint64_t> cost_ = 0;
  std::array<Lane, most_lanes> lanes_;
  mutable std::mutex mutex_;
  /// Taken and given back, by position.
  std::vector<ItemRange> returned_;
  std::vector<CallFailure> failures_;
  std::stop_source decided_;
};

}  // namespace ember::xcs
