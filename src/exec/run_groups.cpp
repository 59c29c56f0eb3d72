// Groups: calls of one operator on one level that go out as one batch. A group starts when its last node is
// ready. Nodes that can not become ready any more, because something failed, are not waited for.
#include <algorithm>

#include "exec/run.hpp"

namespace ember::xcs {

void Run::arrive(std::uint32_t group) {
  if (--group_missing_[group] > 0) return;
  // The first node stands for all in `ready_`: when it is unwanted, so are the others.
  for (const std::uint32_t node : plan_->schedule().groups()[group]) {
    if (phases_[node] != Phase::ready || node > first_error_) continue;
    ready_.push(node);
    return;
  }
}

void Run::leave_group(std::uint32_t node) {
  if (const std::uint32_t group = group_of(node); group != PlanSchedule::no_group) arrive(group);
}

void Run::skip_after(std::uint32_t failed) {
  std::vector<std::uint32_t> open = {failed};
  while (!open.empty()) {
    const PlanNode& node = plan_->node(open.back());
    open.pop_back();
    const std::uint32_t* successors = plan_->successors(node);
    for (std::uint32_t i = 0; i < node.successor_count; ++i) {
      if (phases_[successors[i]] == Phase::skipped) continue;
      phases_[successors[i]] = Phase::skipped;
      leave_group(successors[i]);
      open.push_back(successors[i]);
    }
  }
}

std::vector<std::uint32_t> Run::take_batch(std::uint32_t node) {
  std::vector<std::uint32_t> batch;
  for (const std::uint32_t other : plan_->schedule().groups()[group_of(node)]) {
    if (other != node) {
      if (phases_[other] != Phase::ready || other > first_error_) continue;
      phases_[other] = Phase::running;
      ++running_;
    }
    batch.push_back(other);
  }
  return batch;
}

}  // namespace ember::xcs
