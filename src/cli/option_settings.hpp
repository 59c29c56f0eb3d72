// Execution options from `--option NAME=VALUE` and from the flags that stand for single ones.
#pragma once

#include <string>
#include <vector>

#include <ember/execution_options.hpp>

namespace ember::cli {

/// The options that `settings` give, each as `NAME=VALUE`; a value that is no JSON is a string. Throws
/// UsageError for a setting without `=`, an option that is given twice, and what ExecutionOptions refuses.
xcs::ExecutionOptions read_options(const std::vector<std::string>& settings);

}  // namespace ember::cli
