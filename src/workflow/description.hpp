// Description: a workflow file as read: its parts by name, each with its place, before anything is built from
// it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "workflow/config_errors.hpp"
#include "workflow/config_node.hpp"
#include "workflow/reference.hpp"

namespace ember::workflow {

/// Where a piece of data comes from.
struct Source {
  enum class Form { reference, literal, list, fields };

  Form form = Form::literal;
  Place place;
  Reference reference;
  Value literal;
  /// Of a list, and of the fields of an input; only fields have names.
  /// Initialised, or clang 16 looks into the vector before this type is complete.
  std::vector<std::pair<std::string, Source>> parts = {};

  [[nodiscard]] const Source* find(std::string_view field) const noexcept;
};

/// A field of the input whose items a step goes through.
struct MapField {
  std::string name;
  Place place;
};

struct StepDescription {
  std::string name;
  Place place;
  std::string operator_name;
  Place operator_place;
  /// Everything but `operator`, `input` and `map`.
  ConfigNode settings;
  /// Empty: one call.
  std::vector<MapField> map;
  Source input;
  bool has_input = false;
};

struct OutputDescription {
  std::string name;
  Place place;
  Source source;
};

struct ModelDescription {
  std::string name;
  Place place;
  ConfigNode settings;
};

struct Description {
  std::vector<ModelDescription> models;
  std::vector<StepDescription> steps;
  std::vector<OutputDescription> outputs;

  [[nodiscard]] const StepDescription* find_step(std::string_view name) const noexcept;
  [[nodiscard]] std::vector<std::string> step_names() const;
};

/// Reads the tree of a file; what has the wrong shape is added to `errors` and left out.
Description read_description(const ConfigNode& root, ConfigErrors& errors);

/// Calls `visit` with every reference in `source`, in order.
template <class Visit>
void for_each_reference(const Source& source, const Visit& visit) {
  if (source.form == Source::Form::reference) visit(source.reference, source.place);
  for (const auto& [name, part] : source.parts) for_each_reference(part, visit);
}

}  // namespace ember::workflow
