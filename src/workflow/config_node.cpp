#include "workflow/config_node.hpp"

#include <charconv>
#include <cmath>
#include <utility>

namespace ember::workflow {
namespace {

template <class T>
bool read_whole(std::string_view text, T& number) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

Value plain_scalar(const std::string& text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  std::int64_t integer = 0;
  if (read_whole(text, integer)) return integer;
  double number = 0;
  if (read_whole(text, number) && std::isfinite(number)) return number;
  return text;
}

}  // namespace

std::string Place::text() const {
  if (line == 0) return *source;
  return *source + ":" + std::to_string(line) + ":" + std::to_string(column);
}

const ConfigNode* ConfigNode::find(std::string_view key) const noexcept {
  for (const ConfigField& field : fields) {
    if (field.key == key) return &field.content;
  }
  return nullptr;
}

ConfigNode* ConfigNode::find(std::string_view key) noexcept {
  return const_cast<ConfigNode*>(std::as_const(*this).find(key));
}

std::vector<std::string> ConfigNode::keys() const {
  std::vector<std::string> names;
  names.reserve(fields.size());
  for (const ConfigField& field : fields) names.push_back(field.key);
  return names;
}

std::string described(const ConfigNode& node) {
  switch (node.form) {
    case ConfigNode::Form::null:
      return "nothing";
    case ConfigNode::Form::list:
      return "a list";
    case ConfigNode::Form::mapping:
      return "a mapping";
    case ConfigNode::Form::scalar:
      break;
  }
  const Value value = plain_value(node);
  const std::string shown = node.text.size() > 60 ? node.text.substr(0, 60) + "..." : node.text;
  return (value.is_string() ? "the text '" + shown + "'" : shown);
}

Value plain_value(const ConfigNode& node) {
  switch (node.form) {
    case ConfigNode::Form::null:
      return nullptr;
    case ConfigNode::Form::scalar:
      return node.is_quoted ? Value(node.text) : plain_scalar(node.text);
    case ConfigNode::Form::list: {
      std::vector<Value> items;
      for (const ConfigNode& item : node.items) items.push_back(plain_value(item));
      return Value::list(std::move(items));
    }
    case ConfigNode::Form::mapping:
      break;
  }
  std::vector<std::pair<std::string, Value>> fields;
  for (const ConfigField& field : node.fields) fields.emplace_back(field.key, plain_value(field.content));
  return Value::mapping(std::move(fields));
}

}  // namespace ember::workflow
