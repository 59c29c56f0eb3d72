// PlanSchedule: which node of a plan goes first when not all can, which calls go out together, and whether
// overlap pays. Learns from the runs that are measured.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <ember/plan_passes.hpp>

namespace ember::xcs {

class Plan;

/// Thread-safe once it is set up.
class PlanSchedule {
 public:
  static constexpr std::uint32_t no_group = UINT32_MAX;

  /// How a run goes that may choose.
  enum class Advice : std::uint8_t {
    unmeasured,  ///< nobody knows yet: with overlap
    one_by_one,  ///< sharing the nodes between threads costs more than it saves
    overlap
  };

  PlanSchedule() = default;

  /// Finds the groups. `plan` has all of its nodes.
  void set_up(const Plan& plan, const PlanPasses& passes);

  [[nodiscard]] const PlanPasses& passes() const noexcept { return passes_; }
  /// Nodes of one level that one operator takes as a batch, ascending; two at least in each.
  [[nodiscard]] const std::vector<std::vector<std::uint32_t>>& groups() const noexcept { return groups_; }
  [[nodiscard]] std::uint32_t group_of(std::uint32_t node) const noexcept {
    return group_of_.empty() ? no_group : group_of_[node];
  }
  /// The place of each node in the order of urgency; null: program order. `may_measure`: by measured times,
  /// where there are any. Lifetime: that of this object.
  [[nodiscard]] const std::uint32_t* ranks(const Plan& plan, bool may_measure) const;

  /// Draws conclusions from what was measured before run number `run`, counted from 0.
  void learn(const Plan& plan, std::uint32_t run, std::size_t cores) const;
  [[nodiscard]] Advice advice() const noexcept { return advice_.load(std::memory_order_relaxed); }
  /// Nanoseconds that the nodes took together, when the advice was made.
  [[nodiscard]] std::uint64_t expected_work() const noexcept {
    return expected_work_.load(std::memory_order_relaxed);
  }
  /// Nodes took much longer than measured: `one_by_one` no longer holds.
  void withdraw_advice() const noexcept { advice_.store(Advice::overlap, std::memory_order_relaxed); }

 private:
  using Ranks = std::unique_ptr<const std::uint32_t[]>;

  void rank_by_depth(const Plan& plan) const;
  void rank_by_time(const Plan& plan) const;
  void advise(const Plan& plan, std::size_t cores) const;

  PlanPasses passes_;
  std::vector<std::vector<std::uint32_t>> groups_;
  /// Empty without groups.
  std::vector<std::uint32_t> group_of_;

  mutable std::once_flag depth_once_;
  mutable Ranks depth_ranks_;
  mutable std::mutex mutex_;
  /// All tables ever made, as runs may still use them; made a few times only.
  mutable std::vector<Ranks> time_ranks_;
  mutable std::atomic<bool> is_ranked_by_time_ = false;
  mutable std::atomic<const std::uint32_t*> current_ = nullptr;
  mutable std::atomic<Advice> advice_ = Advice::unmeasured;
  mutable std::atomic<std::uint64_t> expected_work_ = 0;
};

}  // namespace ember::xcs
