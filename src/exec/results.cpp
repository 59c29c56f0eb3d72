// Most results are read by one name or by position: the names of all are put together only when somebody
// asks.
#include <ember/results.hpp>

#include <algorithm>
#include <mutex>

#include <ember/error.hpp>

#include "graph/plan.hpp"

namespace ember::xcs {

struct Results::State {
  State(std::shared_ptr<const Plan> of_plan, std::vector<std::uint32_t> of_nodes, std::vector<Value> outputs)
      : plan(std::move(of_plan)), nodes(std::move(of_nodes)), values(std::move(outputs)) {}

  /// Numbers of nodes, ascending.
  [[nodiscard]] const std::vector<std::uint32_t>& all_nodes() const noexcept {
    return nodes.empty() ? plan->outputs() : nodes;
  }
  [[nodiscard]] std::uint32_t node_of(std::size_t position) const noexcept { return all_nodes()[position]; }

  const std::shared_ptr<const Plan> plan;
  /// Empty: the plan's outputs.
  const std::vector<std::uint32_t> nodes;
  const std::vector<Value> values;
  mutable std::once_flag is_named;
  mutable std::vector<std::pair<std::string, Value>> entries = {};
};

Results::Results(std::shared_ptr<const Plan> plan, std::vector<std::uint32_t> nodes,
                 std::vector<Value> values)
    : state_(std::make_shared<const State>(std::move(plan), std::move(nodes), std::move(values))) {}

Results::Results(std::shared_ptr<const Plan> plan, std::vector<Value> values)
    : Results(std::move(plan), {}, std::move(values)) {}

const Value* Results::find(std::string_view name) const noexcept {
  if (empty()) return nullptr;
  const auto& nodes = state_->all_nodes();
  const std::size_t node = state_->plan->node_named(name);
  const auto place = std::lower_bound(nodes.begin(), nodes.end(), node);
  if (place == nodes.end() || *place != node) return nullptr;
  return &state_->values[static_cast<std::size_t>(place - nodes.begin())];
}

std::string_view Results::preferred_name(std::string_view name) const noexcept {
  if (!state_ || !state_->plan) return {};
  const std::size_t node = state_->plan->node_named(name);
  return node < state_->plan->size() ? std::string_view(state_->plan->display_name(node))
                                     : std::string_view();
}

const Value& Results::operator[](std::string_view name) const {
  if (const Value* value = find(name)) return *value;
  std::string known;
  for (const auto& [id, value] : entries()) known += (known.empty() ? "" : ", ") + id;
  throw ItemNotFoundError("no result for node '" + std::string(name) + "': there are " +
                          (known.empty() ? "none" : known));
}

const std::vector<Value>& Results::values() const noexcept {
  static const std::vector<Value> none;
  return state_ ? state_->values : none;
}

const std::vector<std::pair<std::string, Value>>& Results::entries() const {
  static const std::vector<std::pair<std::string, Value>> none;
  if (!state_) return none;
  std::call_once(state_->is_named, [&] {
    state_->entries.reserve(size());
    for (std::size_t i = 0; i < size(); ++i) {
      state_->entries.emplace_back(state_->plan->display_name(state_->node_of(i)), state_->values[i]);
    }
  });
  return state_->entries;
}

Value Results::to_value() const {
  return Value::mapping(entries());
}

}  // namespace ember::xcs
