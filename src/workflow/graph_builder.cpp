#include "workflow/graph_builder.hpp"

#include <map>
#include <string>
#include <utility>

#include "base/closest_name.hpp"
#include "workflow/map_step.hpp"
#include "workflow/operator_kind.hpp"
#include "workflow/reference_check.hpp"

namespace ember::workflow {
namespace {

using xcs::Binding;

class GraphBuilder {
 public:
  GraphBuilder(const Description& description, const ModelTable& models, ConfigErrors& errors)
      : description_(description), models_(models), errors_(errors) {}

  xcs::XCSGraph build() {
    const std::vector<std::size_t> order = order_steps(description_, errors_);
    std::map<std::size_t, Op<>> operators;
    for (std::size_t i = 0; i < description_.steps.size(); ++i)
      operators[i] = make_operator(description_.steps[i]);
    if (!errors_.empty()) return {};
    for (const std::size_t i : order) add_step(description_.steps[i], operators[i]);
    return std::move(graph_);
  }

 private:
  Op<> make_operator(const StepDescription& step) {
    if (step.operator_name.empty() || step.operator_name == "?") return {};
    const OperatorKind* kind = find_operator_kind(step.operator_name);
    if (!kind) {
      const std::vector<std::string> known = operator_kind_names();
      std::string listed;
      for (const std::string& name : known) listed += (listed.empty() ? "; known: " : ", ") + name;
      const std::string closest = suggestion(step.operator_name, known);
      errors_.add(step.operator_place,
                  "unknown operator '" + step.operator_name + "'" + (closest.empty() ? listed : closest));
      return {};
    }
    std::vector<std::string> known = kind->settings;
    known.insert(known.end(), {"operator", "input", "map", "batch_size", "max_workers"});
    refuse_unknown_keys(step.settings, known, "setting of '" + kind->name + "'", errors_);
    StepSettings settings(step, models_, errors_);
    const MapSettings map = map_settings(step, *kind, settings);
    const Op<> target = kind->make(settings);
    return step.map.empty() || !target ? target : map_step(target, map);
  }

  static MapSettings map_settings(const StepDescription& step, const OperatorKind& kind,
                                  StepSettings& settings) {
    MapSettings map{step.name, {}, {}};
    for (const MapField& field : step.map) map.fields.push_back(field.name);
    for (const OperatorKind::Field& output : kind.outputs) map.outputs.push_back(output.name);
    map.batch_size = settings.of_map("batch_size");
    map.max_workers = settings.of_map("max_workers");
    return map;
  }

  void add_step(const StepDescription& step, const Op<>& target) {
    Binding input;
    input.form = Binding::Form::object;  // Empty: a literal would be overlaid by the run inputs.
    if (step.has_input) input = binding_of(step.input);
    nodes_[step.name] = graph_.size();
    graph_.add_recorded_node(target.reference(), std::move(input), step.name);
  }

  [[nodiscard]] Binding binding_of(const Source& source) const {
    if (source.form == Source::Form::literal) return Binding::of_literal(source.literal);
    if (source.form == Source::Form::reference) return binding_of(source.reference);
    Binding binding;
    binding.form = source.form == Source::Form::list ? Binding::Form::list : Binding::Form::object;
    for (const auto& [name, part] : source.parts) binding.parts.emplace_back(name, binding_of(part));
    return binding;
  }

  [[nodiscard]] Binding binding_of(const Reference& reference) const {
    if (!reference.is_row()) return Binding::of_node(nodes_.at(reference.root), reference.path);
    Path path = {std::string(row_name)};
    path.insert(path.end(), reference.path.begin(), reference.path.end());
    return Binding::of_input(std::move(path));
  }

  const Description& description_;
  const ModelTable& models_;
  ConfigErrors& errors_;
  xcs::XCSGraph graph_;
  std::map<std::string, std::size_t> nodes_;
};

}  // namespace

xcs::XCSGraph build_graph(const Description& description, const ModelTable& models, ConfigErrors& errors) {
  return GraphBuilder(description, models, errors).build();
}

}  // namespace ember::workflow
