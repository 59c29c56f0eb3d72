// Settings of the command line, `path=value`, laid over a workflow file before it is read.
#pragma once

#include <string>
#include <vector>

#include "workflow/config_errors.hpp"
#include "workflow/config_node.hpp"

namespace ember::workflow {

/// Applies each of `settings` to `root`, the first first. A path is `models.NAME.KEY...` or
/// `steps.NAME.KEY...`, where the name must be in the file and `*` stands for all of them; the keys below
/// need not be there yet. Values are YAML. Adds to `errors` what does not fit, with the closest name.
void apply_settings(ConfigNode& root, const std::vector<std::string>& settings, ConfigErrors& errors);

}  // namespace ember::workflow
