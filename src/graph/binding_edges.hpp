// The edges that follow from a recorded binding.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <ember/binding.hpp>
#include <ember/graph.hpp>

namespace ember::xcs {

struct BindingEdge {
  /// Nothing: the run inputs.
  std::optional<std::size_t> node;
  /// Which field goes where, as far as an object of projections says it; else empty.
  FieldMappings field_mappings;
};

/// One edge per node that `binding` refers to, in order of appearance.
std::vector<BindingEdge> edges_of(const Binding& binding);

/// True when the binding refers to the run inputs anywhere.
bool uses_input(const Binding& binding);

}  // namespace ember::xcs
