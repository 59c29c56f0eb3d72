// The input of a node at run time: look-ups, overlays and merges, with errors that name edge and field.
#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <ember/error.hpp>

#include "graph/binding_evaluation.hpp"
#include "graph/plan.hpp"
#include "value/overlay.hpp"

namespace ember::xcs {
namespace {

/// What was recorded for a node that the run inputs reach without being asked for.
Value recorded_inputs(const Plan& plan, const InputRecipe& recipe) {
  if (recipe.form == InputRecipe::Form::binding) return plan.bindings().evaluate(recipe.index, {}, nullptr);
  return recipe.index == InputRecipe::none ? Value() : plan.edge_input(recipe.index).literal;
}

/// True when some source can do something with run inputs that have fields.
bool takes_fields(const Plan& plan) {
  return std::any_of(plan.sources().begin(), plan.sources().end(), [&](std::uint32_t source) {
    const InputRecipe& recipe = plan.recipe(source);
    if (!recipe.is_source) return true;
    const Value recorded = recorded_inputs(plan, recipe);
    return recorded.is_null() || recorded.has_fields();
  });
}

/// Run inputs over recorded inputs: field by field, or in place of recorded data when neither has fields.
/// Fields are not for recorded data without any, as long as another source takes them.
Value overlaid(const Plan& plan, const Value& recorded, const Value& run_inputs, std::size_t number) {
  if (run_inputs.is_null() || (run_inputs.is_mapping() && run_inputs.size() == 0)) return recorded;
  if (recorded.is_null()) return run_inputs;
  if (recorded.has_fields() && run_inputs.has_fields()) return overlay(recorded, run_inputs);
  if (!recorded.has_fields() && !run_inputs.has_fields()) return run_inputs;
  if (run_inputs.has_fields() && takes_fields(plan)) return recorded;
  throw DataFlowError("the run inputs are of kind " + std::string(to_string(run_inputs.kind())) +
                      ", which can not overlay the recorded inputs of node '" + plan.display_name(number) +
                      "', which are of kind " + std::string(to_string(recorded.kind())) + "; give " +
                      (recorded.has_fields() ? "a mapping" : "a value without fields"));
}

/// Composes the input of one node of one plan from what edges bring.
class InputComposer {
 public:
  InputComposer(const Plan& plan, std::size_t number, const Value& run_inputs, const Value* outputs)
      : plan_(plan),
        number_(number),
        recipe_(plan.edge_input(plan.recipe(number).index)),
        run_inputs_(run_inputs),
        outputs_(outputs) {}

  [[nodiscard]] Value from_parts() {
    if (recipe_.literal.has_fields()) {
      put_all(recipe_.literal, nullptr);
    } else if (!recipe_.literal.is_null()) {
      throw_unmergeable("the recorded input", recipe_.literal);
    }
    for (const InputPart& part : recipe_.parts) add(part);
    return Value::mapping(std::move(fields_));
  }

 private:
  [[nodiscard]] const std::string& name() const { return plan_.display_name(number_); }

  [[nodiscard]] std::string producer(const InputPart& part) const {
    return part.from == InputPart::From::run_inputs ? std::string(XCSGraph::input_id)
                                                    : plan_.display_name(part.node);
  }

  void add(const InputPart& part) {
    const bool is_run_inputs = part.from == InputPart::From::run_inputs;
    const Value& whole = is_run_inputs ? run_inputs_ : outputs_[part.node];
    if (part.mappings.empty()) {
      if (is_run_inputs && whole.is_null()) return;
      if (!whole.has_fields()) throw_unmergeable("the output of '" + producer(part) + "'", whole);
      put_all(whole, &part);
      return;
    }
    for (const auto& [source, target] : part.mappings) {
      if (source == "*") {
        put(target, whole, &part);
      } else if (const Value* field = whole.find(source)) {
        put(target, *field, &part);
      } else if (whole.has(source)) {
        put(target, whole[source], &part);
      } else {
        throw_missing(part, source, whole);
      }
    }
  }

  void put_all(const Value& whole, const InputPart* giver) {
    if (whole.is_mapping()) {
      for (const auto& [key, value] : whole.fields()) put(key, value, giver);
    } else {
      for (const std::string& key : whole.keys()) put(key, whole[key], giver);
    }
  }

  /// `giver` is null for recorded inputs, which any other source overlays.
  void put(const std::string& field, Value value, const InputPart* giver) {
    const std::size_t position = position_of(field);
    if (position == fields_.size()) {
      fields_.emplace_back(field, std::move(value));
      givers_.push_back(giver);
      return;
    }
    const InputPart* const other = givers_[position];
    const bool is_conflict = other != nullptr && giver != nullptr && !is_same_producer(*other, *giver);
    if (is_conflict && recipe_.on_conflict == OnConflict::error) throw_conflict(field, *other, *giver);
    fields_[position].second = std::move(value);
    givers_[position] = giver;
  }

  /// Where `field` stands; one past the end when it is new, and then it must be added. Few fields are
  /// compared one by one, which needs no memory.
  [[nodiscard]] std::size_t position_of(const std::string& field) {
    constexpr std::size_t few = 16;
    if (fields_.size() < few) {
      const auto is_field = [&](const auto& known) { return known.first == field; };
      return static_cast<std::size_t>(std::find_if(fields_.begin(), fields_.end(), is_field) -
                                      fields_.begin());
    }
    for (std::size_t i = positions_.size(); i < fields_.size(); ++i) positions_.emplace(fields_[i].first, i);
    return positions_.try_emplace(field, fields_.size()).first->second;
  }

  static bool is_same_producer(const InputPart& left, const InputPart& right) {
    return left.from == right.from && left.node == right.node;
  }

  [[noreturn]] void throw_conflict(const std::string& field, const InputPart& first,
                                   const InputPart& second) const {
    throw DataFlowError("field '" + field + "' of node '" + name() + "' is given by both '" +
                        producer(first) + "' and '" + producer(second) +
                        "'; map one of them to another field, or set on_conflict to last");
  }

  [[noreturn]] void throw_missing(const InputPart& part, const std::string& field, const Value& whole) const {
    std::string message =
        "edge '" + producer(part) + "' -> '" + name() + "' maps field '" + field + "', which ";
    if (!whole.has_fields()) {
      throw DataFlowError(message + "a value of kind " + std::string(to_string(whole.kind())) +
                          " does not have; the source '*' maps the whole value");
    }
    message += "is absent; there are: ";
    std::string known;
    for (const std::string& key : whole.keys()) known += (known.empty() ? "" : ", ") + key;
    throw DataFlowError(message + (known.empty() ? "none" : known));
  }

  [[noreturn]] void throw_unmergeable(const std::string& what, const Value& whole) const {
    throw DataFlowError(what + " is of kind " + std::string(to_string(whole.kind())) +
                        " and can not be merged with the other inputs of node '" + name() +
                        "'; map it to a field with {\"*\", \"value\"}");
  }

  const Plan& plan_;
  std::size_t number_;
  const EdgeInput& recipe_;
  const Value& run_inputs_;
  const Value* outputs_;
  std::vector<std::pair<std::string, Value>> fields_;
  std::vector<const InputPart*> givers_;
  std::unordered_map<std::string, std::size_t> positions_;
};

/// Called inside a catch block.
[[noreturn]] void throw_absent(const Plan& plan, std::size_t number, const Binding& binding) {
  const std::string source = binding.form == Binding::Form::node          ? plan.display_name(binding.node)
                             : binding.form == Binding::Form::graph_input ? std::string(XCSGraph::input_id)
                                                                          : std::string("(merged)");
  DataFlowError error("edge '" + source + "' -> '" + plan.display_name(number) + "' reads '" +
                      ember::to_string(binding.path) +
                      "', which is absent: " + message_of(std::current_exception()));
  error.set_cause(std::current_exception());
  throw error;
}

Value from_binding(const Plan& plan, std::size_t number, const Value& run_inputs, const Value* outputs) {
  const InputRecipe& recipe = plan.recipe(number);
  const BindingStore& bindings = plan.bindings();
  if (recipe.is_program_step) return bindings.evaluate(recipe.index, run_inputs, outputs);
  Value value = bindings.evaluate(recipe.index, run_inputs, outputs,
                                  [&](const Binding& binding) { throw_absent(plan, number, binding); });
  return recipe.is_source ? overlaid(plan, value, run_inputs, number) : value;
}

Value from_run_inputs(const Plan& plan, std::size_t number, const Value& run_inputs) {
  const InputRecipe& recipe = plan.recipe(number);
  if (!recipe.is_source) return run_inputs;
  if (recipe.index == InputRecipe::none) return run_inputs.is_null() ? Value::mapping({}) : run_inputs;
  return overlaid(plan, recorded_inputs(plan, recipe), run_inputs, number);
}

}  // namespace

Value Plan::composed_input(std::size_t number, const Value& run_inputs, const Value* outputs) const {
  switch (recipes_[number].form) {
    case InputRecipe::Form::run_inputs:
      return from_run_inputs(*this, number, run_inputs);
    case InputRecipe::Form::whole_output:
      return outputs[recipes_[number].index];
    case InputRecipe::Form::item:
      return run_inputs.items()[recipes_[number].index];
    case InputRecipe::Form::binding:
      return from_binding(*this, number, run_inputs, outputs);
    case InputRecipe::Form::parts:
      return InputComposer(*this, number, run_inputs, outputs).from_parts();
  }
  return {};
}

}  // namespace ember::xcs
