#include "cli/workflow_file.hpp"

#include <ember/error.hpp>

#include "cli/command.hpp"

namespace ember::cli {

Workflow load_workflow(const std::string& file, const std::vector<std::string>& settings) {
  WorkflowOptions options;
  options.settings = settings;
  try {
    return Workflow::load(file, options);
  } catch (const DataError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace ember::cli
