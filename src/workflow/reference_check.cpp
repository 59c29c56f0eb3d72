#include "workflow/reference_check.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "base/closest_name.hpp"
#include "op/prompt_template.hpp"
#include "workflow/operator_kind.hpp"

namespace ember::workflow {
namespace {

std::vector<std::string> names_of(const std::vector<OperatorKind::Field>& fields) {
  std::vector<std::string> names;
  for (const OperatorKind::Field& field : fields) names.push_back(field.name);
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// `; did you mean 'x'?`, or `; known: a, b`.
std::string advice(const std::string& name, const std::vector<std::string>& known) {
  const std::string closest = suggestion(name, known);
  return closest.empty() && !known.empty() ? "; known: " + joined(known) : closest;
}

class Checker {
 public:
  Checker(const Description& description, ConfigErrors& errors)
      : description_(description), errors_(errors) {}

  void check() {
    for (const StepDescription& step : description_.steps) check_step(step);
    for (const OutputDescription& output : description_.outputs) check_source(output.source);
  }

 private:
  void check_source(const Source& source) {
    for_each_reference(source,
                       [&](const Reference& reference, const Place& place) { check(reference, place); });
  }

  void check(const Reference& reference, const Place& place) {
    if (reference.is_row()) return;
    const StepDescription* step = description_.find_step(reference.root);
    if (!step) {
      std::vector<std::string> known = description_.step_names();
      known.emplace_back(row_name);
      errors_.add(place, "unknown step '" + reference.root + "'" + advice(reference.root, known));
      return;
    }
    const OperatorKind* kind = find_operator_kind(step->operator_name);
    if (!kind || reference.path.empty()) return;
    const auto* field = std::get_if<std::string>(&reference.path.front());
    if (field && kind->find_output(*field)) return;
    const std::vector<std::string> known = names_of(kind->outputs);
    errors_.add(place, "step '" + step->name + "' (" + kind->name + ") has no output '" +
                           ember::to_string(reference.path) + "'" + advice(field ? *field : "", known));
  }

  void check_step(const StepDescription& step) {
    check_source(step.input);
    const OperatorKind* kind = find_operator_kind(step.operator_name);
    if (!kind) return;
    const std::vector<OperatorKind::Field> wanted = wanted_fields(step, *kind);
    if (!step.has_input) {
      if (!wanted.empty())
        errors_.add(step.place, "step '" + step.name + "' needs 'input' with " + joined(names_of(wanted)));
      return;
    }
    if (step.input.form == Source::Form::fields) {
      check_fields(step, *kind, wanted);
      check_map(step);
    }
    if (step.input.form == Source::Form::list) {
      errors_.add(step.input.place, "'input' is a mapping of fields or one reference, found a list");
    }
  }

  /// What the operator takes: its own fields, or those of its prompt.
  static std::vector<OperatorKind::Field> wanted_fields(const StepDescription& step,
                                                        const OperatorKind& kind) {
    if (!kind.has_prompt) return kind.inputs;
    const ConfigNode* prompt = step.settings.find("prompt");
    std::vector<OperatorKind::Field> fields;
    try {
      for (std::string& name : PromptTemplate(prompt ? prompt->text : "{query}").placeholders()) {
        fields.push_back({std::move(name)});
      }
    } catch (const Error&) {
      return {};  // Reported where the prompt is read.
    }
    return fields;
  }

  void check_fields(const StepDescription& step, const OperatorKind& kind,
                    const std::vector<OperatorKind::Field>& wanted) {
    std::vector<std::string> given;
    for (const auto& [name, source] : step.input.parts) {
      given.push_back(name);
      check_field(step, kind, wanted, name, source);
    }
    for (const OperatorKind::Field& field : wanted) {
      if (!field.is_required || step.input.find(field.name)) continue;
      const std::string closest = suggestion(field.name, given);
      errors_.add(step.input.place, "the input of step '" + step.name + "' (" + kind.name + ") lacks '" +
                                        field.name + "'" + (closest.empty() ? "" : closest));
    }
  }

  void check_map(const StepDescription& step) {
    std::vector<std::string> given;
    for (const auto& [name, source] : step.input.parts) given.push_back(name);
    for (const MapField& field : step.map) {
      const Source* source = step.input.find(field.name);
      if (!source) {
        errors_.add(field.place, "step '" + step.name + "' has no input '" + field.name + "' to map over" +
                                     advice(field.name, given));
        continue;
      }
      const std::optional<DataType> found = type_of(*source);
      if (!found || *found == DataType::any || *found == DataType::list) continue;
      errors_.add(source->place, "'" + field.name + "' of step '" + step.name +
                                     "' takes a list to map over, found " + std::string(to_string(*found)));
    }
  }

  void check_field(const StepDescription& step, const OperatorKind& kind,
                   const std::vector<OperatorKind::Field>& wanted, const std::string& name,
                   const Source& source) {
    const auto field = std::find_if(wanted.begin(), wanted.end(),
                                    [&](const auto& candidate) { return candidate.name == name; });
    if (field == wanted.end()) {
      const std::string whose = kind.has_prompt
                                    ? "the prompt of step '" + step.name + "' has no field '{" + name + "}'"
                                    : "step '" + step.name + "' (" + kind.name + ") takes no '" + name + "'";
      errors_.add(source.place, whose + advice(name, names_of(wanted)));
      return;
    }
    const auto is_same = [&](const MapField& mapped) { return mapped.name == name; };
    if (std::any_of(step.map.begin(), step.map.end(), is_same)) return;  // It takes a list of them.
    const std::optional<DataType> found = type_of(source);
    if (found && *found != DataType::any && field->type != DataType::any && *found != field->type) {
      errors_.add(source.place, "'" + name + "' of step '" + step.name + "' takes " +
                                    std::string(to_string(field->type)) + ", found " +
                                    std::string(to_string(*found)));
    }
  }

  /// What a source is known to give, as far as that can be known.
  [[nodiscard]] std::optional<DataType> type_of(const Source& source) const {
    if (source.form == Source::Form::list) return DataType::list;
    if (source.form == Source::Form::literal) {
      if (source.literal.is_string()) return DataType::text;
      if (source.literal.is_list()) return DataType::list;
      return source.literal.is_null() ? std::nullopt : std::optional(DataType::number);
    }
    if (source.reference.path.size() != 1) return std::nullopt;
    const StepDescription* step = description_.find_step(source.reference.root);
    const OperatorKind* kind = step ? find_operator_kind(step->operator_name) : nullptr;
    const auto* name = std::get_if<std::string>(&source.reference.path.front());
    const OperatorKind::Field* output = kind && name ? kind->find_output(*name) : nullptr;
    if (output && !step->map.empty()) return DataType::list;
    return output ? std::optional(output->type) : std::nullopt;
  }

  const Description& description_;
  ConfigErrors& errors_;
};

/// Depth first, in the order of the file; a step that is met while it is open closes a cycle.
class Orderer {
 public:
  Orderer(const Description& description, ConfigErrors& errors) : description_(description), errors_(errors) {
    for (std::size_t i = 0; i < description.steps.size(); ++i) numbers_[description.steps[i].name] = i;
    states_.resize(description.steps.size());
  }

  std::vector<std::size_t> order() {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (states_[i] == State::untouched) visit(i);
    }
    return order_;
  }

 private:
  enum class State { untouched, open, done };

  void visit(std::size_t number) {
    states_[number] = State::open;
    path_.push_back(number);
    const StepDescription& step = description_.steps[number];
    for_each_reference(step.input, [&](const Reference& reference, const Place& place) {
      const auto before = numbers_.find(reference.root);
      if (before == numbers_.end()) return;
      if (states_[before->second] == State::open) report(before->second, place);
      if (states_[before->second] == State::untouched) visit(before->second);
    });
    path_.pop_back();
    states_[number] = State::done;
    order_.push_back(number);
  }

  void report(std::size_t first, const Place& place) {
    std::string cycle;
    for (auto it = std::find(path_.begin(), path_.end(), first); it != path_.end(); ++it) {
      cycle += description_.steps[*it].name + " <- ";
    }
    errors_.add(place, "steps wait for each other in a cycle: " + cycle + description_.steps[first].name);
  }

  const Description& description_;
  ConfigErrors& errors_;
  std::map<std::string, std::size_t, std::less<>> numbers_;
  std::vector<State> states_;
  std::vector<std::size_t> path_;
  std::vector<std::size_t> order_;
};

}  // namespace

void check_references(const Description& description, ConfigErrors& errors) {
  Checker(description, errors).check();
}

std::vector<std::size_t> order_steps(const Description& description, ConfigErrors& errors) {
  return Orderer(description, errors).order();
}

}  // namespace ember::workflow
