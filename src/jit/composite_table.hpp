// CompositeTable: what one jitted operator knows about the operators inside it: whether a nested composite is
// laid open or stays one call, and how one call of an operator is run.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <ember/op.hpp>

#include "graph/plan.hpp"

namespace ember::xcs {

/// Whether a nested composite is laid open (its calls are those of the outer composite) or stays one call.
enum class CompositeForm { unknown, open, unit };

/// How one operator is called: a plan of one node that takes the run inputs, and how long that took.
class CallPlan {
 public:
  /// `executed`: what `CompositeTable::executed` gave.
  explicit CallPlan(const OpReference& executed);

  [[nodiscard]] const std::shared_ptr<const Plan>& plan() const noexcept { return plan_; }
  [[nodiscard]] bool is_async() const noexcept { return plan_->node(0).target->is_async(); }
  /// Known to be over before another thread would be awake.
  [[nodiscard]] bool is_cheap() const noexcept;
  void note_cost(std::uint64_t nanoseconds) const noexcept { plan_->note_cost(0, nanoseconds); }

 private:
  std::shared_ptr<const Plan> plan_;
};

/// Thread-safe. Decisions never change: calls that were made before are found again under the same form.
class CompositeTable {
 public:
  explicit CompositeTable(bool is_recursive) : is_recursive_(is_recursive) {}

  /// False: nested composites run plainly, each as one call.
  [[nodiscard]] bool is_recursive() const noexcept { return is_recursive_; }
  /// The form of a composite, when it is known.
  [[nodiscard]] CompositeForm form(const OperatorBase& target) const;
  /// Settles the form of a composite. Returns the one that counts, which somebody else may have settled.
  CompositeForm settle(const std::shared_ptr<const OperatorBase>& target, CompositeForm form);
  /// What runs when `op` is one call: `op` itself, or for a composite one that overlaps its parts.
  OpReference executed(const OpReference& op);
  std::shared_ptr<const CallPlan> call_plan(const OpReference& op);

 private:
  struct Entry {
    /// Keeps the address from being used again.
    std::shared_ptr<const OperatorBase> target;
    CompositeForm form = CompositeForm::unknown;
    std::shared_ptr<const OperatorBase> unit;
    std::vector<std::pair<std::string, std::shared_ptr<const CallPlan>>> plans;
  };

  OpReference executed_locked(const OpReference& op);
  Entry& entry_of(const std::shared_ptr<const OperatorBase>& target);

  const bool is_recursive_;
  mutable std::mutex mutex_;
  std::unordered_map<const OperatorBase*, Entry> entries_;
};

/// The form of `target`, settled by recording it when it is not known yet. No operator is called.
CompositeForm settled_form(const std::shared_ptr<CompositeTable>& table, const OpReference& target);

}  // namespace ember::xcs
