#include "transform/option_reading.hpp"

#include <climits>
#include <utility>

#include <ember/error.hpp>

namespace ember::xcs {
namespace {

[[noreturn]] void refuse_below_one(const std::string& transform, const std::string& name,
                                   const std::string& found) {
  throw TransformError::for_transform(transform, name + " must be positive, got " + found);
}

}  // namespace

void require_positive(const std::string& transform, const std::string& name,
                      const std::optional<int>& value) {
  if (value && *value < 1) refuse_below_one(transform, name, std::to_string(*value));
}

void require_positive(const std::string& transform, const std::string& name,
                      const std::optional<double>& value) {
  if (value && !(*value > 0)) refuse_below_one(transform, name, std::to_string(*value));
}

OptionReader::OptionReader(std::string transform, const Value& settings)
    : transform_(std::move(transform)), settings_(settings) {
  if (!settings.is_mapping()) refuse("options", "a mapping", settings);
}

void OptionReader::refuse(const std::string& name, const std::string& expected, const Value& found) const {
  throw TransformError::for_transform(
      transform_, name + " must be " + expected + ", got " + std::string(to_string(found.kind())));
}

Value OptionReader::take(const std::string& name) {
  known_.insert(name);
  return settings_.get(name);
}

void OptionReader::read(const std::string& name, std::optional<int>& target) {
  const Value value = take(name);
  if (value.is_null()) return;
  if (!value.is_integer()) refuse(name, "positive and an int", value);
  if (value.integer() > INT_MAX || value.integer() < INT_MIN) refuse(name, "an int of 32 bits", value);
  target = static_cast<int>(value.integer());
}

void OptionReader::read(const std::string& name, std::optional<double>& target) {
  const Value value = take(name);
  if (value.is_null()) return;
  if (!value.is_number() && !value.is_integer()) refuse(name, "positive and a number of seconds", value);
  target = value.number();
}

void OptionReader::read(const std::string& name, std::optional<bool>& target) {
  const Value value = take(name);
  if (value.is_null()) return;
  if (!value.is_boolean()) refuse(name, "true or false", value);
  target = value.boolean();
}

void OptionReader::read(const std::string& name, bool& target) {
  std::optional<bool> given;
  read(name, given);
  target = given.value_or(target);
}

void OptionReader::read(const std::string& name, int& target) {
  std::optional<int> given;
  read(name, given);
  target = given.value_or(target);
}

void OptionReader::read(const std::string& name, std::string& target) {
  const Value value = take(name);
  if (value.is_null()) return;
  if (!value.is_string()) refuse(name, "a string", value);
  target = value.string();
}

void OptionReader::read(const std::string& name, DeviceList& target) {
  const Value value = take(name);
  if (value.is_null()) return;
  if (!value.is_list() && !value.is_string()) refuse(name, "a list of devices", value);
  target = value.is_list() ? DeviceList(value.items()) : DeviceList({value});
}

void OptionReader::read(const std::string& name, Axes& target) {
  known_.insert(name);
  // Here null is a setting of its own.
  if (const Value* value = settings_.find(name)) target = Axes(*value);
}

void OptionReader::finish() const {
  std::string unknown;
  for (const auto& [name, value] : settings_.fields()) {
    if (!known_.contains(name)) unknown += (unknown.empty() ? "" : ", ") + name;
  }
  if (unknown.empty()) return;
  std::string known;
  for (const std::string& name : known_) known += (known.empty() ? "" : ", ") + name;
  throw TransformError::for_transform(transform_, "unknown option: " + unknown + "; there are: " + known);
}

}  // namespace ember::xcs
