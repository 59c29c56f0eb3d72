// Reads YAML into ConfigNodes.
#pragma once

#include <string>
#include <string_view>

#include "workflow/config_errors.hpp"
#include "workflow/config_node.hpp"

namespace ember::workflow {

/// Reads one YAML document; positions name `source`. Keys that stand twice are added to `errors`. Throws
/// ConfigError with the position for text that is not YAML, several documents, keys that are no text, and
/// documents that are too large.
ConfigNode read_yaml(std::string_view text, const std::string& source, ConfigErrors& errors);

/// Reads the value of a command line setting; every position is the setting itself.
ConfigNode read_yaml_setting(std::string_view text, const Place& place, ConfigErrors& errors);

}  // namespace ember::workflow
