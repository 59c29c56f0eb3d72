// Specification: the contract of an operator: its prompt template, the shape of its inputs and of its output.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ember/schema.hpp>
#include <ember/value.hpp>

namespace ember {

/// The parts of a Specification; each may be left out.
struct SpecificationParts {
  /// Text with `{field}` placeholders; doubled braces stand for single ones. Only bare field names are
  /// placeholders.
  std::optional<std::string> prompt_template{};
  std::optional<Schema> input_model{};
  std::optional<Schema> structured_output{};
  /// Checks that every required input field occurs in the template, and that templates come with an input
  /// model.
  bool check_all_placeholders = true;
};

/// Immutable and safe to use from any number of threads.
///
/// `Specification({.prompt_template = "Hello, {name}!", .input_model = Schema("Input", {{"name",
/// Schema::string()}})})`
class Specification {
 public:
  /// Declares nothing: everything passes.
  Specification() = default;
  /// Throws InvalidPromptError naming the required fields that the template lacks, or for a template that can
  /// not be read; InvalidArgumentError when a model is not a record schema.
  explicit Specification(SpecificationParts parts);

  [[nodiscard]] const std::optional<std::string>& prompt_template() const noexcept {
    return parts_.prompt_template;
  }
  [[nodiscard]] const std::optional<Schema>& input_model() const noexcept { return parts_.input_model; }
  [[nodiscard]] const std::optional<Schema>& structured_output() const noexcept {
    return parts_.structured_output;
  }
  [[nodiscard]] bool check_all_placeholders() const noexcept { return parts_.check_all_placeholders; }

  /// The prompt: the template with the fields of `inputs` in place, or without a template the values of the
  /// required fields, one per line. Absent fields take their declared default. Throws InvalidPromptError when
  /// a field is absent, when there is neither template nor input model, or when placeholders shall be checked
  /// and there is no model.
  [[nodiscard]] std::string render_prompt(const Value& inputs) const;
  /// The inputs with defaults; undeclared fields pass unless the model forbids them. An instance of the model
  /// is returned as it is. Throws SpecificationValidationError for inputs that do not fit (its cause says
  /// why) and for an instance of another model, InvalidArgumentError for what is neither mapping nor record.
  [[nodiscard]] Value validate_inputs(const Value& inputs) const;
  /// As `validate_inputs`, against the structured output; undeclared fields are errors.
  [[nodiscard]] Value validate_output(const Value& output) const;
  /// JSON Schema of the input model; an empty mapping when there is none.
  [[nodiscard]] Value model_json_schema() const;

 private:
  SpecificationParts parts_;
};

}  // namespace ember
