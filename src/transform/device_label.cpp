#include "transform/device_label.hpp"

#include <ember/error.hpp>

namespace ember::xcs {

std::string device_label(const Value& id, const std::string& transform) {
  if (id.is_string()) return id.string();
  if (id.is_integer()) return std::to_string(id.integer());
  throw TransformError::for_transform(
      transform, "a device is named by an int or a string, not by a " + std::string(to_string(id.kind())));
}

}  // namespace ember::xcs
