// Reading and checking the options of transforms; their errors are TransformErrors.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <ember/axes.hpp>
#include <ember/device_list.hpp>
#include <ember/value.hpp>

namespace ember::xcs {

/// Throws TransformError `name must be positive` unless `value` is absent or above 0.
void require_positive(const std::string& transform, const std::string& name, const std::optional<int>& value);
/// The same for seconds; NaN is refused, too.
void require_positive(const std::string& transform, const std::string& name,
                      const std::optional<double>& value);

/// Reads string-keyed settings, which hold null for what is not set.
class OptionReader {
 public:
  /// Throws TransformError unless `settings` is a mapping.
  OptionReader(std::string transform, const Value& settings);

  // Each leaves its target alone when the setting is absent, and throws TransformError naming the setting
  // when it is of another type.
  void read(const std::string& name, std::optional<int>& target);
  void read(const std::string& name, std::optional<double>& target);
  void read(const std::string& name, std::optional<bool>& target);
  void read(const std::string& name, bool& target);
  void read(const std::string& name, int& target);
  void read(const std::string& name, std::string& target);
  void read(const std::string& name, Axes& target);
  /// A string is a list of one.
  void read(const std::string& name, DeviceList& target);
  /// The setting itself, or null.
  [[nodiscard]] Value take(const std::string& name);
  /// Throws TransformError naming all settings that were not asked for.
  void finish() const;

 private:
  [[noreturn]] void refuse(const std::string& name, const std::string& expected, const Value& found) const;

  const std::string transform_;
  const Value settings_;
  std::set<std::string> known_;
};

}  // namespace ember::xcs
