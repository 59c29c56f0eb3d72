#include "workflow/config_settings.hpp"

#include <memory>
#include <span>
#include <utility>

#include "base/closest_name.hpp"
#include "workflow/yaml_reader.hpp"

namespace ember::workflow {
namespace {

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> keys;
  std::size_t start = 0;
  while (true) {
    const std::size_t dot = path.find('.', start);
    keys.push_back(path.substr(start, dot == std::string::npos ? dot : dot - start));
    if (dot == std::string::npos) return keys;
    start = dot + 1;
  }
}

void mark_places(ConfigNode& node, const Place& place) {
  node.place = place;
  for (ConfigNode& item : node.items) mark_places(item, place);
  for (ConfigField& field : node.fields) {
    field.place = place;
    mark_places(field.content, place);
  }
}

/// Sets `keys` below `node`, making the mappings on the way.
void set_below(ConfigNode& node, std::span<const std::string> keys, const ConfigNode& content,
               const Place& place, ConfigErrors& errors) {
  if (keys.empty()) {
    node = content;
    return;
  }
  if (!node.is_mapping() && !node.is_null()) {
    errors.add(place, "'" + keys.front() + "' can not be set inside " + described(node));
    return;
  }
  node.form = ConfigNode::Form::mapping;
  ConfigNode* next = node.find(keys.front());
  if (!next) {
    node.fields.push_back({keys.front(), place, {}});
    next = &node.fields.back().content;
    next->place = place;
  }
  set_below(*next, keys.subspan(1), content, place, errors);
}

/// `name: id` is short for `name: {id: id}`.
void spell_out_model(ConfigNode& model) {
  if (!model.is_scalar()) return;
  ConfigNode mapping;
  mapping.form = ConfigNode::Form::mapping;
  mapping.place = model.place;
  mapping.fields.push_back({"id", model.place, std::move(model)});
  model = std::move(mapping);
}

void apply(ConfigNode& root, const std::string& setting, ConfigErrors& errors) {
  const Place place{std::make_shared<const std::string>("--set " + setting), 0, 0};
  const std::size_t equals = setting.find('=');
  const std::vector<std::string> keys = split_path(setting.substr(0, equals));
  if (equals == std::string::npos || keys.size() < 3) {
    errors.add(place, "expected a setting such as models.NAME.temperature=0 or steps.NAME.size=5");
    return;
  }
  const std::vector<std::string> sections = {"models", "steps"};
  ConfigNode* section = root.find(keys[0]);
  if (keys[0] != sections[0] && keys[0] != sections[1]) {
    errors.add(place,
               "'" + keys[0] + "' can not be set, only models and steps" + suggestion(keys[0], sections));
    return;
  }
  ConfigNode content = read_yaml_setting(setting.substr(equals + 1), place, errors);
  mark_places(content, place);
  const std::span below = std::span(keys).subspan(2);
  bool is_found = false;
  for (std::size_t i = 0; section && i < section->fields.size(); ++i) {
    if (keys[1] != "*" && keys[1] != section->fields[i].key) continue;
    is_found = true;
    if (keys[0] == sections[0]) spell_out_model(section->fields[i].content);
    set_below(section->fields[i].content, below, content, place, errors);
  }
  if (!is_found) {
    const std::vector<std::string> known = section ? section->keys() : std::vector<std::string>();
    errors.add(place, "the file has no " + keys[0].substr(0, keys[0].size() - 1) + " '" + keys[1] + "'" +
                          suggestion(keys[1], known));
  }
}

}  // namespace

void apply_settings(ConfigNode& root, const std::vector<std::string>& settings, ConfigErrors& errors) {
  for (const std::string& setting : settings) apply(root, setting, errors);
}

}  // namespace ember::workflow
