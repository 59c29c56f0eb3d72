#include "graph/plan_schedule.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "graph/plan.hpp"
#include "graph/wake_time.hpp"

namespace ember::xcs {
namespace {

/// What each node costs beyond its own time once threads share the nodes.
constexpr double sharing_nanoseconds = 150;
/// Measured ways that differ by less than this share of the longest count as equal.
constexpr double time_steps = 32;

/// The longest way from each node to the end, the node itself included.
template <class Own>
std::vector<double> remaining_times(const Plan& plan, const Own& own) {
  std::vector<double> remaining(plan.size());
  for (std::size_t node = plan.size(); node-- > 0;) {
    const PlanNode& plan_node = plan.node(node);
    const std::uint32_t* successors = plan.successors(plan_node);
    double longest = 0;
    for (std::uint32_t i = 0; i < plan_node.successor_count; ++i) {
      longest = std::max(longest, remaining[successors[i]]);
    }
    remaining[node] = own(node) + longest;
  }
  return remaining;
}

/// Places by descending time, ties in program order; null when that is program order for all.
std::unique_ptr<const std::uint32_t[]> places(const std::vector<double>& times) {
  std::vector<std::uint32_t> order(times.size());
  for (std::uint32_t node = 0; node < order.size(); ++node) order[node] = node;
  const auto is_before = [&](std::uint32_t a, std::uint32_t b) { return times[a] > times[b]; };
  if (std::is_sorted(order.begin(), order.end(), is_before)) return nullptr;
  std::stable_sort(order.begin(), order.end(), is_before);
  auto ranks = std::make_unique<std::uint32_t[]>(order.size());
  for (std::uint32_t place = 0; place < order.size(); ++place) ranks[order[place]] = place;
  return ranks;
}

}  // namespace

void PlanSchedule::set_up(const Plan& plan, const PlanPasses& passes) {
  passes_ = passes;
  if (!passes_.batch_groups) return;
  std::map<std::pair<std::uint32_t, const OperatorBase*>, std::vector<std::uint32_t>> calls;
  for (std::uint32_t number = 0; number < plan.size(); ++number) {
    const PlanNode& node = plan.node(number);
    if (node.target->has_batch() && !node.is_check) calls[{node.wave, node.target}].push_back(number);
  }
  for (auto& [place, nodes] : calls) {
    if (nodes.size() > 1) groups_.push_back(std::move(nodes));
  }
  if (groups_.empty()) return;
  std::sort(groups_.begin(), groups_.end());
  group_of_.assign(plan.size(), no_group);
  for (std::uint32_t group = 0; group < groups_.size(); ++group) {
    for (const std::uint32_t node : groups_[group]) group_of_[node] = group;
  }
}

const std::uint32_t* PlanSchedule::ranks(const Plan& plan, bool may_measure) const {
  if (!passes_.priorities || plan.width() <= 1) return nullptr;
  if (may_measure && is_ranked_by_time_.load(std::memory_order_acquire)) {
    return current_.load(std::memory_order_acquire);
  }
  std::call_once(depth_once_, [&] { rank_by_depth(plan); });
  return depth_ranks_.get();
}

void PlanSchedule::rank_by_depth(const Plan& plan) const {
  depth_ranks_ =
      places(remaining_times(plan, [&](std::size_t node) { return plan.node(node).is_check ? 0.0 : 1.0; }));
}

void PlanSchedule::rank_by_time(const Plan& plan) const {
  std::vector<double> times =
      remaining_times(plan, [&](std::size_t node) { return static_cast<double>(plan.cost(node)); });
  const double longest = *std::max_element(times.begin(), times.end());
  if (longest <= 0) return;
  for (double& time : times) time = static_cast<double>(static_cast<int>(time / longest * time_steps));
  const std::lock_guard lock(mutex_);
  time_ranks_.push_back(places(times));
  current_.store(time_ranks_.back().get(), std::memory_order_release);
  is_ranked_by_time_.store(true, std::memory_order_release);
}

void PlanSchedule::learn(const Plan& plan, std::uint32_t run, std::size_t cores) const {
  if (plan.width() <= 1) return;
  // What the first run measures is mostly its own warming up.
  if (passes_.priorities && (run == 4 || run == 65 || run == 1025)) rank_by_time(plan);
  if (run > 0) advise(plan, cores);
}

void PlanSchedule::advise(const Plan& plan, std::size_t cores) const {
  double work = 0;
  bool is_known = groups_.empty();  // What a batch saves is not.
  bool must_overlap = !is_known;
  for (std::size_t node = 0; node < plan.size() && !must_overlap; ++node) {
    must_overlap = plan.node(node).target->is_async();
    is_known = is_known && (plan.cost(node) != 0 || plan.node(node).is_check);
    work += static_cast<double>(plan.cost(node));
  }
  if (must_overlap) return advice_.store(Advice::overlap, std::memory_order_relaxed);
  if (!is_known) return;
  const std::vector<double> remaining =
      remaining_times(plan, [&](std::size_t node) { return static_cast<double>(plan.cost(node)); });
  const double longest = *std::max_element(remaining.begin(), remaining.end());
  const double shared = std::max(longest, work / static_cast<double>(std::max<std::size_t>(1, cores)));
  const double price =
      static_cast<double>(wake_nanoseconds) + sharing_nanoseconds * static_cast<double>(plan.size());
  expected_work_.store(static_cast<std::uint64_t>(work), std::memory_order_relaxed);
  advice_.store(work - shared > price ? Advice::overlap : Advice::one_by_one, std::memory_order_relaxed);
}

}  // namespace ember::xcs
