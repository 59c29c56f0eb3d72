// OperatorKind: the operators that a workflow file can name: their settings, inputs and outputs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <ember/op.hpp>

#include "workflow/step_settings.hpp"

namespace ember::workflow {

enum class DataType { any, text, list, number };

/// `a text`, `a list`, `a number`, `anything`.
std::string_view to_string(DataType type) noexcept;

struct OperatorKind {
  struct Field {
    std::string name;
    DataType type = DataType::any;
    bool is_required = true;
  };

  std::string name;
  std::vector<std::string> settings;
  std::vector<Field> inputs;
  /// It has a prompt, and takes the fields that stand in it.
  bool has_prompt = false;
  std::vector<Field> outputs;
  /// Makes the operator; an empty one when a setting is wrong.
  Op<> (*make)(StepSettings& settings);

  [[nodiscard]] const Field* find_output(std::string_view field) const noexcept;
};

/// The kind of that name, or null.
const OperatorKind* find_operator_kind(std::string_view name) noexcept;
std::vector<std::string> operator_kind_names();

}  // namespace ember::workflow
