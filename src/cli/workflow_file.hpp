// Loads the workflow file that a subcommand was given.
#pragma once

#include <string>
#include <vector>

#include <ember/workflow.hpp>

namespace ember::cli {

/// Throws UsageError when the file can not be read, and ConfigError with a line for each mistake in it.
Workflow load_workflow(const std::string& file, const std::vector<std::string>& settings);

}  // namespace ember::cli
