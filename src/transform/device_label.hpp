// Names of devices as operators see them.
#pragma once

#include <string>

#include <ember/value.hpp>

namespace ember::xcs {

/// `cpu:3` for the string, `3` for the int. Throws TransformError for other ids.
std::string device_label(const Value& id, const std::string& transform);

}  // namespace ember::xcs
