#include "jit/part_order.hpp"

#include <algorithm>
#include <unordered_set>

#include <ember/error.hpp>

namespace ember::xcs {
namespace {

void require_part(const OperatorBase& composite, const std::string& name) {
  std::string parts;
  for (const auto& child : composite.children()) {
    if (child.name == name) return;
    parts += (parts.empty() ? "" : ", ") + child.name;
  }
  throw InvalidArgumentError("structural_dependencies of '" + composite.name() + "': there is no part '" +
                             name + "'; its parts are: " + (parts.empty() ? "none" : parts));
}

void require_known_parts(const OperatorBase& op, std::unordered_set<const OperatorBase*>& seen) {
  if (!seen.insert(&op).second) return;
  for (const auto& [part, others] : op.structural_dependencies()) {
    require_part(op, part);
    for (const std::string& other : others) require_part(op, other);
  }
  for (const auto& child : op.children()) require_known_parts(*child.target, seen);
}

}  // namespace

void PartOrder::enter(const OperatorBase& composite, const std::string& label) {
  frames_.push_back({label, composite.structural_dependencies(), {}});
  ordering_frames_ += frames_.back().dependencies.empty() ? 0 : 1;
}

std::vector<std::size_t> PartOrder::before(const std::string& label) const {
  std::vector<std::size_t> calls;
  if (ordering_frames_ == 0) return calls;
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    const Frame& frame = frames_[i];
    const auto found = frame.dependencies.find(label_in(i, label));
    if (found == frame.dependencies.end()) continue;
    for (const std::string& part : found->second) {
      const auto made = frame.calls.find(part);
      if (made != frame.calls.end()) calls.insert(calls.end(), made->second.begin(), made->second.end());
    }
  }
  std::sort(calls.begin(), calls.end());
  calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
  return calls;
}

void PartOrder::add(const std::string& label, std::size_t call) {
  if (ordering_frames_ == 0) return;
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    if (!frames_[i].dependencies.empty()) frames_[i].calls[label_in(i, label)].push_back(call);
  }
}

void PartOrder::take_back(std::size_t first) {
  for (Frame& frame : frames_) {
    for (auto& [part, calls] : frame.calls) {
      calls.erase(std::lower_bound(calls.begin(), calls.end(), first), calls.end());
    }
  }
}

void require_known_parts(const OperatorBase& op) {
  std::unordered_set<const OperatorBase*> seen;
  require_known_parts(op, seen);
}

}  // namespace ember::xcs
