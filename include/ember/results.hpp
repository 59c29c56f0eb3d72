// Results: what a graph gave, node by node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ember/value.hpp>

namespace ember::xcs {

class Plan;

/// The outputs of nodes, in topological order, found by id or by any other name of the node. A cheap,
/// immutable value, thread-safe.
class Results {
 public:
  /// Empty.
  Results() = default;
  /// Values of the nodes `nodes`, in this order.
  Results(std::shared_ptr<const Plan> plan, std::vector<std::uint32_t> nodes, std::vector<Value> values);
  /// Values of all output nodes of the plan.
  Results(std::shared_ptr<const Plan> plan, std::vector<Value> values);

  /// The output of a node. Throws ItemNotFoundError listing the names that are there.
  [[nodiscard]] const Value& operator[](std::string_view name) const;
  /// The output of a node, or null when it is not there. Lifetime: that of any copy of these results.
  [[nodiscard]] const Value* find(std::string_view name) const noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept { return find(name) != nullptr; }
  [[nodiscard]] std::size_t size() const noexcept { return values().size(); }
  [[nodiscard]] bool empty() const noexcept { return values().empty(); }
  /// The outputs alone, each node once, in topological order.
  [[nodiscard]] const std::vector<Value>& values() const noexcept;
  /// Preferred name (alias if there is one, else id) and output, each node once, in topological order. Made
  /// when they are asked for.
  [[nodiscard]] const std::vector<std::pair<std::string, Value>>& entries() const;
  [[nodiscard]] auto begin() const { return entries().begin(); }
  [[nodiscard]] auto end() const { return entries().end(); }
  /// The preferred name of the node that goes by `name`, whether it has an output or not; empty for an
  /// unknown one.
  [[nodiscard]] std::string_view preferred_name(std::string_view name) const noexcept;
  /// A mapping from preferred name to output.
  [[nodiscard]] Value to_value() const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace ember::xcs
