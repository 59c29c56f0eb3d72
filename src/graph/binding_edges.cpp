#include "graph/binding_edges.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace ember::xcs {
namespace {

using Form = Binding::Form;

class EdgeCollector {
 public:
  std::vector<BindingEdge> collect(const Binding& binding) {
    if (binding.form == Form::object) {
      for (const auto& [field, part] : binding.parts) add_field(field, part);
    } else {
      add_all(binding);
    }
    for (const std::size_t position : undescribed_) edges_[position].field_mappings.clear();
    return std::move(edges_);
  }

 private:
  static bool is_reference(const Binding& binding) {
    return binding.form == Form::node || binding.form == Form::graph_input;
  }

  std::size_t edge_from(const Binding& reference) {
    const std::optional<std::size_t> node =
        reference.form == Form::node ? std::optional(reference.node) : std::nullopt;
    const auto [position, is_new] = positions_.try_emplace(node, edges_.size());
    if (is_new) edges_.push_back({node, {}});
    return position->second;
  }

  void add_field(const std::string& field, const Binding& part) {
    const bool is_field = part.path.size() == 1 && std::holds_alternative<std::string>(part.path[0]);
    if (!is_reference(part) || !(is_field || part.path.empty())) {
      add_all(part);
      return;
    }
    const std::string source = is_field ? std::get<std::string>(part.path[0]) : "*";
    edges_[edge_from(part)].field_mappings.emplace_back(source, field);
  }

  /// What is not a plain mapping of fields leaves its edges without mappings: half the truth would mislead.
  void add_all(const Binding& binding) {
    if (is_reference(binding)) undescribed_.push_back(edge_from(binding));
    for (const auto& [name, part] : binding.parts) add_all(part);
  }

  std::vector<BindingEdge> edges_;
  std::map<std::optional<std::size_t>, std::size_t> positions_;
  std::vector<std::size_t> undescribed_;
};

}  // namespace

std::vector<BindingEdge> edges_of(const Binding& binding) {
  return EdgeCollector().collect(binding);
}

bool uses_input(const Binding& binding) {
  return binding.form == Form::graph_input ||
         std::any_of(binding.parts.begin(), binding.parts.end(),
                     [](const auto& part) { return uses_input(part.second); });
}

}  // namespace ember::xcs
