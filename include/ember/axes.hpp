// Axes: along which axis a batch is divided into items, and outputs are put together again.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <utility>

#include <ember/value.hpp>

namespace ember::xcs {

/// Written as an int, `nullptr` for "constant", a mapping of field names to them, or a list of them for
/// positional arguments: `0`, `nullptr`, `{{"x", 0}, {"table", nullptr}}`, `{0, nullptr}`. Negative axes
/// count from the end. Transforms check what they are given.
class Axes {
 public:
  /// The outermost axis of everything that is a list.
  Axes() : value_(0) {}
  template <class T>
    requires(std::convertible_to<T, Value> && !std::same_as<std::remove_cvref_t<T>, Axes>)
  Axes(T&& axes) : value_(std::forward<T>(axes)) {}  // NOLINT(google-explicit-constructor)
  Axes(std::initializer_list<Value> arguments) : value_(list(arguments)) {}
  Axes(std::initializer_list<Field> fields) : value_(fields) {}

  [[nodiscard]] const Value& value() const noexcept { return value_; }

  /// Throws TransformError, in the name of `transform`, unless these can be the axes of inputs.
  void validate_in(std::string_view transform) const;
  /// The same for outputs: ints, `nullptr` for outputs that are all equal, and `"concat"` to put list outputs
  /// one after the other; all of them also by output field.
  void validate_out(std::string_view transform) const;

 private:
  Value value_;
};

}  // namespace ember::xcs
