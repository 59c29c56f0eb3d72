#include <ember/binding.hpp>

#include <ember/error.hpp>
#include <ember/graph.hpp>
#include <ember/json.hpp>

namespace ember::xcs {
namespace {

constexpr std::size_t longest_literal = 60;

std::string literal_text(const Value& value) {
  std::string text;
  try {
    text = to_json(value);
  } catch (const Error&) {
    // Natives without fields, bytes that are not text: printing a graph must not fail for them.
    return "<" + std::string(to_string(value.kind())) + ">";
  }
  if (text.size() <= longest_literal) return text;
  std::size_t end = longest_literal;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

std::string with_path(std::string whole, const Path& path) {
  if (path.empty()) return whole;
  const bool starts_with_index = std::holds_alternative<std::size_t>(path.front());
  return std::move(whole) + (starts_with_index ? "" : ".") + ember::to_string(path);
}

}  // namespace

Binding Binding::of_literal(Value value) {
  Binding binding;
  binding.literal = std::move(value);
  return binding;
}

Binding Binding::of_node(std::size_t node, Path path) {
  Binding binding;
  binding.form = Form::node;
  binding.node = node;
  binding.path = std::move(path);
  return binding;
}

Binding Binding::of_input(Path path) {
  Binding binding;
  binding.form = Form::graph_input;
  binding.path = std::move(path);
  return binding;
}

void Binding::for_each_node(const std::function<void(std::size_t node, const Path& path)>& visit) const {
  if (form == Form::node) visit(node, path);
  for (const auto& [name, part] : parts) part.for_each_node(visit);
}

Binding Binding::renumbered(const std::function<std::size_t(std::size_t)>& number) const {
  Binding copy = *this;
  if (form == Form::node) copy.node = number(node);
  for (auto& [name, part] : copy.parts) part = part.renumbered(number);
  return copy;
}

std::string to_string(const Binding& binding, const std::function<std::string(std::size_t)>& name) {
  const auto joined = [&](bool is_named) {
    std::string text;
    for (const auto& [key, part] : binding.parts) {
      if (!text.empty()) text += ", ";
      if (is_named) text += key + ": ";
      text += to_string(part, name);
    }
    return text;
  };
  switch (binding.form) {
    case Binding::Form::literal:
      return literal_text(binding.literal);
    case Binding::Form::node:
      return with_path(name(binding.node), binding.path);
    case Binding::Form::graph_input:
      return with_path(std::string(XCSGraph::input_id), binding.path);
    case Binding::Form::list:
      return "[" + joined(false) + "]";
    case Binding::Form::object:
      return "{" + joined(true) + "}";
    case Binding::Form::merge:
      return "merge(" + joined(false) + ")";
    case Binding::Form::projection:
      return with_path(joined(false), binding.path);
  }
  return {};
}

}  // namespace ember::xcs
