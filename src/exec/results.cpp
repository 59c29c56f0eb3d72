#include <ember/results.hpp>

#include <ember/error.hpp>

#include "graph/plan.hpp"

namespace ember::xcs {

Results::Results(std::shared_ptr<const Plan> plan, std::vector<std::uint32_t> nodes,
                 std::vector<Value> values)
    : plan_(std::move(plan)) {
  std::vector<std::pair<std::string, Value>> entries;
  entries.reserve(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto& aliases = plan_->aliases(nodes[i]);
    entries.emplace_back(aliases.empty() ? plan_->id(nodes[i]) : aliases.front(), std::move(values[i]));
  }
  nodes_ = std::make_shared<const std::vector<std::uint32_t>>(std::move(nodes));
  entries_ = std::make_shared<const std::vector<std::pair<std::string, Value>>>(std::move(entries));
}

const Value* Results::find(std::string_view name) const noexcept {
  if (!entries_) return nullptr;
  for (std::size_t i = 0; i < entries_->size(); ++i) {
    if ((*entries_)[i].first == name || plan_->id((*nodes_)[i]) == name) return &(*entries_)[i].second;
    for (const std::string& alias : plan_->aliases((*nodes_)[i])) {
      if (alias == name) return &(*entries_)[i].second;
    }
  }
  return nullptr;
}

const Value& Results::operator[](std::string_view name) const {
  if (const Value* value = find(name)) return *value;
  std::string known;
  for (const auto& [id, value] : entries()) known += (known.empty() ? "" : ", ") + id;
  throw ItemNotFoundError("no result for node '" + std::string(name) + "': there are " +
                          (known.empty() ? "none" : known));
}

const std::vector<std::pair<std::string, Value>>& Results::entries() const noexcept {
  static const std::vector<std::pair<std::string, Value>> none;
  return entries_ ? *entries_ : none;
}

Value Results::to_value() const {
  return Value::mapping(entries());
}

}  // namespace ember::xcs
