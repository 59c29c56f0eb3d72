#include "workflow/description.hpp"

#include <algorithm>

namespace ember::workflow {
namespace {

class DescriptionReader {
 public:
  explicit DescriptionReader(ConfigErrors& errors) : errors_(errors) {}

  Description read(const ConfigNode& root) {
    Description description;
    if (!root.is_mapping()) {
      errors_.add(root.place, "a workflow is a mapping with 'steps' and 'outputs', found " + described(root));
      return description;
    }
    refuse_unknown_keys(root, {"description", "models", "steps", "outputs"}, "section", errors_);
    read_models(root, description);
    read_steps(root, description);
    read_outputs(root, description);
    return description;
  }

 private:
  /// The section as a mapping, or null.
  const ConfigNode* section(const ConfigNode& root, const std::string& name, bool is_required) {
    const ConfigNode* node = root.find(name);
    if (!node || node->is_null()) {
      if (is_required)
        errors_.add(node ? node->place : root.place, "the section '" + name + "' is missing or empty");
      return nullptr;
    }
    if (node->is_mapping()) {
      if (node->fields.empty() && is_required)
        errors_.add(node->place, "the section '" + name + "' is empty");
      return node;
    }
    errors_.add(node->place, "'" + name + "' is a mapping from names, found " + described(*node));
    return nullptr;
  }

  bool check_name(const ConfigField& field, const std::string& what) {
    if (is_name(field.key)) return true;
    errors_.add(field.place,
                "a " + what + "'s name has letters, digits, '_' and '-' only, found '" + field.key + "'");
    return false;
  }

  void read_models(const ConfigNode& root, Description& description) {
    const ConfigNode* models = section(root, "models", false);
    if (!models) return;
    for (const ConfigField& field : models->fields) {
      if (check_name(field, "model")) description.models.push_back({field.key, field.place, field.content});
    }
  }

  void read_steps(const ConfigNode& root, Description& description) {
    const ConfigNode* steps = section(root, "steps", true);
    if (!steps) return;
    for (const ConfigField& field : steps->fields) {
      if (!check_name(field, "step")) continue;
      if (field.key == row_name) {
        errors_.add(field.place, "'row' is the name of the input row; give the step another name");
        continue;
      }
      read_step(field, description);
    }
  }

  void read_step(const ConfigField& field, Description& description) {
    StepDescription step;
    step.name = field.key;
    step.place = field.place;
    step.operator_place = field.place;
    if (!field.content.is_mapping()) {
      errors_.add(field.content.place,
                  "step '" + field.key + "' is a mapping with 'operator', found " + described(field.content));
    } else {
      step.settings.form = ConfigNode::Form::mapping;
      step.settings.place = field.content.place;
      for (const ConfigField& setting : field.content.fields) read_setting(setting, step);
      if (step.operator_name.empty()) errors_.add(field.place, "step '" + field.key + "' has no 'operator'");
    }
    description.steps.push_back(std::move(step));
  }

  void read_setting(const ConfigField& setting, StepDescription& step) {
    if (setting.key == "operator") {
      step.operator_place = setting.content.place;
      if (setting.content.is_scalar()) {
        step.operator_name = setting.content.text;
      } else {
        errors_.add(setting.content.place,
                    "'operator' is the name of an operator, found " + described(setting.content));
        step.operator_name = "?";
      }
    } else if (setting.key == "input") {
      step.has_input = true;
      step.input = read_input(setting.content);
    } else if (setting.key == "map") {
      read_map(setting.content, step);
    } else {
      step.settings.fields.push_back(setting);
    }
  }

  void read_map(const ConfigNode& node, StepDescription& step) {
    const std::vector<ConfigNode> single = {node};
    const std::vector<ConfigNode>& names = node.is_list() ? node.items : single;
    for (const ConfigNode& name : names) {
      const auto is_same = [&](const MapField& field) { return field.name == name.text; };
      if (!name.is_scalar()) {
        errors_.add(name.place, "'map' is a field of the input, or a list of them, found " + described(name));
      } else if (std::any_of(step.map.begin(), step.map.end(), is_same)) {
        errors_.add(name.place, "'map' names '" + name.text + "' twice");
      } else {
        step.map.push_back({name.text, name.place});
      }
    }
    if (names.empty())
      errors_.add(node.place, "'map' is a field of the input, or a list of them, found an empty list");
  }

  void read_outputs(const ConfigNode& root, Description& description) {
    const ConfigNode* outputs = section(root, "outputs", true);
    if (!outputs) return;
    for (const ConfigField& field : outputs->fields) {
      if (field.key == "id" || field.key == "error") {
        errors_.add(field.place,
                    "the output '" + field.key + "' is written for every row already; choose another name");
        continue;
      }
      description.outputs.push_back({field.key, field.place, read_source(field.content)});
    }
  }

  Source read_input(const ConfigNode& node) {
    if (!node.is_mapping() || is_literal(node)) return read_source(node);
    Source source;
    source.form = Source::Form::fields;
    source.place = node.place;
    for (const ConfigField& field : node.fields)
      source.parts.emplace_back(field.key, read_source(field.content));
    return source;
  }

  static bool is_literal(const ConfigNode& node) {
    return node.is_mapping() && node.fields.size() == 1 && node.fields[0].key == "value";
  }

  Source read_source(const ConfigNode& node) {
    Source source;
    source.place = node.place;
    if (is_literal(node)) {
      source.literal = plain_value(node.fields[0].content);
    } else if (node.is_list()) {
      source.form = Source::Form::list;
      for (const ConfigNode& item : node.items) source.parts.emplace_back("", read_source(item));
    } else if (const auto reference = node.is_scalar() ? parse_reference(node.text) : std::nullopt) {
      source.form = Source::Form::reference;
      source.reference = *reference;
    } else {
      errors_.add(node.place,
                  "expected a reference such as row.question or a_step.text, a list of references, or "
                  "{value: ...}, found " +
                      described(node));
    }
    return source;
  }

  ConfigErrors& errors_;
};

}  // namespace

const Source* Source::find(std::string_view field) const noexcept {
  for (const auto& [name, part] : parts) {
    if (name == field) return &part;
  }
  return nullptr;
}

const StepDescription* Description::find_step(std::string_view name) const noexcept {
  for (const StepDescription& step : steps) {
    if (step.name == name) return &step;
  }
  return nullptr;
}

std::vector<std::string> Description::step_names() const {
  std::vector<std::string> names;
  for (const StepDescription& step : steps) names.push_back(step.name);
  return names;
}

Description read_description(const ConfigNode& root, ConfigErrors& errors) {
  return DescriptionReader(errors).read(root);
}

}  // namespace ember::workflow
