#include "observe/trace_assembly.hpp"

#include <utility>

namespace ember::xcs {

namespace {
constexpr std::size_t most_remembered = 65536;
}  // namespace

void TraceAssembly::add(std::shared_ptr<const TraceRecord> record, TimePoint now, Placed& placed) {
  const std::uint64_t call = record->call_id;
  const auto parent = record->parent_id;
  // A root of its own is one that was given to it before it completed: what was inside is sent with that.
  const auto own_root = root_of(call);
  const auto parent_root = parent ? root_of(*parent) : call;
  if (!own_root && !parent_root) {
    Group& group = groups_.try_emplace(*parent, Group{now, {}}).first->second;
    group.children.push_back(std::move(record));
    parents_.emplace(call, *parent);
    return;
  }
  const std::uint64_t root = own_root ? *own_root : *parent_root;
  placed.push_back({std::move(record), root});
  place(call, root, placed);
  if (parent && !parent_root) place(*parent, root, placed);
}

void TraceAssembly::release(TimePoint limit, Placed& placed) {
  std::vector<std::uint64_t> overdue;
  for (const auto& [call, group] : groups_) {
    if (group.since < limit) overdue.push_back(call);
  }
  for (std::uint64_t call : overdue) {
    // No further than there are records: numbers that form a circle have no end.
    auto above = parents_.find(call);
    for (std::size_t i = parents_.size(); i > 0 && above != parents_.end(); --i) {
      call = above->second;
      above = parents_.find(call);
    }
    if (groups_.contains(call)) place(call, call, placed);
  }
}

std::optional<std::uint64_t> TraceAssembly::root_of(std::uint64_t call) const {
  const auto known = roots_.find(call);
  return known == roots_.end() ? std::nullopt : std::optional(known->second);
}

/// Makes `root` that of `call` and of all that waits for it.
void TraceAssembly::place(std::uint64_t call, std::uint64_t root, Placed& placed) {
  std::vector<std::uint64_t> open = {call};
  while (!open.empty()) {
    const std::uint64_t next = open.back();
    open.pop_back();
    remember(next, root);
    auto group = groups_.extract(next);
    if (!group) continue;
    for (auto& child : group.mapped().children) {
      open.push_back(child->call_id);
      parents_.erase(child->call_id);
      placed.push_back({std::move(child), root});
    }
  }
}

void TraceAssembly::remember(std::uint64_t call, std::uint64_t root) {
  if (!roots_.emplace(call, root).second) return;
  remembered_.push_back(call);
  if (remembered_.size() <= most_remembered) return;
  roots_.erase(remembered_.front());
  remembered_.pop_front();
}

}  // namespace ember::xcs
