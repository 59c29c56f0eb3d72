// Builds the graph of a workflow: a node for each step, its input bound to what the step refers to.
#pragma once

#include <ember/graph.hpp>

#include "workflow/config_errors.hpp"
#include "workflow/description.hpp"
#include "workflow/model_table.hpp"

namespace ember::workflow {

/// Makes the operators and binds them. The nodes are found by the names of their steps. What is wrong with a
/// step is added to `errors`; the graph is only whole when there are none.
xcs::XCSGraph build_graph(const Description& description, const ModelTable& models, ConfigErrors& errors);

}  // namespace ember::workflow
