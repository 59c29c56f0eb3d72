// Builds the graph of a workflow: a node for each step, its input bound to what the step refers to.
#pragma once

#include <string_view>

#include <ember/graph.hpp>

#include "workflow/config_errors.hpp"
#include "workflow/description.hpp"
#include "workflow/model_table.hpp"

namespace ember::workflow {

/// The run input that carries the StepTimes of a row when steps are measured; no row field can clash with it.
inline constexpr const char* times_input = "times";

/// Makes the operators and binds them. The nodes are found by the names of their steps. What is wrong with a
/// step is added to `errors`; the graph is only whole when there are none.
xcs::XCSGraph build_graph(const Description& description, const ModelTable& models, bool measure_steps,
                          ConfigErrors& errors);

}  // namespace ember::workflow
