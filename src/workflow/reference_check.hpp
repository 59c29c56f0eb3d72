// Checks what can be known of a workflow before it runs: that references lead somewhere, that steps get the
// fields that they take, and that no step waits for itself.
#pragma once

#include <cstddef>
#include <vector>

#include "workflow/config_errors.hpp"
#include "workflow/description.hpp"

namespace ember::workflow {

void check_references(const Description& description, ConfigErrors& errors);

/// Positions of the steps in an order in which each comes after those it refers to, else as in the file.
/// Steps of a cycle are left out, with an entry `errors` for each cycle.
std::vector<std::size_t> order_steps(const Description& description, ConfigErrors& errors);

}  // namespace ember::workflow
