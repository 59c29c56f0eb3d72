// ConfigNode: a YAML document as a tree that remembers where everything stands.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ember/value.hpp>

namespace ember::workflow {

/// Where something stands: a position in a file, or a setting of the command line (then `line` is 0).
struct Place {
  std::shared_ptr<const std::string> source;
  std::size_t line = 0;
  std::size_t column = 0;

  /// `flow.yaml:3:7`, or `--set models.a.temperature=hot`.
  [[nodiscard]] std::string text() const;
};

struct ConfigField;

struct ConfigNode {
  enum class Form { null, scalar, list, mapping };

  Form form = Form::null;
  Place place;
  /// Of a scalar.
  std::string text;
  /// A quoted scalar is always a string.
  bool is_quoted = false;
  std::vector<ConfigNode> items;
  std::vector<ConfigField> fields;
  /// Nodes in this tree; keeps aliases of aliases from growing without bound.
  std::size_t size = 1;

  [[nodiscard]] bool is_null() const noexcept { return form == Form::null; }
  [[nodiscard]] bool is_scalar() const noexcept { return form == Form::scalar; }
  [[nodiscard]] bool is_list() const noexcept { return form == Form::list; }
  [[nodiscard]] bool is_mapping() const noexcept { return form == Form::mapping; }
  /// The field `key` of a mapping, or null.
  [[nodiscard]] const ConfigNode* find(std::string_view key) const noexcept;
  [[nodiscard]] ConfigNode* find(std::string_view key) noexcept;
  [[nodiscard]] std::vector<std::string> keys() const;
};

struct ConfigField {
  std::string key;
  Place place;
  ConfigNode content;
};

/// `a mapping`, `the text 'x'`, `the number 3`, ...: what a node is, for messages.
std::string described(const ConfigNode& node);

/// The node as plain data: unquoted scalars are null, booleans and numbers where they look like it.
Value plain_value(const ConfigNode& node);

}  // namespace ember::workflow
