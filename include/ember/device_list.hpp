// DeviceList: names of devices, given or not.
#pragma once

#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include <ember/value.hpp>

namespace ember::xcs {

/// Each name is an int or a string.
class DeviceList {
 public:
  /// None given.
  DeviceList() = default;
  DeviceList(std::initializer_list<Value> ids) : ids_(std::vector<Value>(ids)) {}
  DeviceList(std::vector<Value> ids) : ids_(std::move(ids)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool is_given() const noexcept { return ids_.has_value(); }
  /// Only when given.
  [[nodiscard]] const std::vector<Value>& ids() const { return ids_.value(); }

 private:
  std::optional<std::vector<Value>> ids_;
};

}  // namespace ember::xcs
