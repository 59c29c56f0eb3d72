#include <ember/axes.hpp>

#include <ember/error.hpp>

namespace ember::xcs {
namespace {

bool is_axis(const Value& value) {
  return value.is_integer() || value.is_null();
}

bool is_out_axis(const Value& value) {
  return is_axis(value) || (value.is_string() && value.string() == "concat");
}

std::string found(const Value& value) {
  return value.is_string() ? "'" + value.string() + "'" : std::string(to_string(value.kind()));
}

}  // namespace

void Axes::validate_in(std::string_view transform) const {
  const std::string expected =
      "in_axes must be an int, null, a mapping of field names to them, or a list of them for positional "
      "arguments; got ";
  if (is_axis(value_)) return;
  if (value_.is_mapping()) {
    for (const auto& [name, axis] : value_.fields()) {
      if (!is_axis(axis))
        throw TransformError::for_transform(transform, expected + found(axis) + " for '" + name + "'");
    }
  } else if (value_.is_list()) {
    for (std::size_t i = 0; i < value_.size(); ++i) {
      if (!is_axis(value_[i])) {
        throw TransformError::for_transform(
            transform, expected + found(value_[i]) + " for argument " + std::to_string(i));
      }
    }
  } else {
    throw TransformError::for_transform(transform, expected + found(value_));
  }
}

void Axes::validate_out(std::string_view transform) const {
  const std::string expected =
      "out_axes must be an int, null, \"concat\", or a mapping of output fields to them; got ";
  if (is_out_axis(value_)) return;
  if (!value_.is_mapping()) throw TransformError::for_transform(transform, expected + found(value_));
  for (const auto& [name, axis] : value_.fields()) {
    if (!is_out_axis(axis))
      throw TransformError::for_transform(transform, expected + found(axis) + " for '" + name + "'");
  }
}

}  // namespace ember::xcs
