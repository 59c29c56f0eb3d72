// Array: contiguous n-dimensional numbers, shared and sliced without copying.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <ember/value.hpp>

namespace ember {

enum class ElementType : std::uint8_t { float64, float32, int64, int32, uint8 };

/// `float64`, `float32`, ...
std::string_view to_string(ElementType type) noexcept;
/// Bytes of one element.
std::size_t size_of(ElementType type) noexcept;

template <class T>
concept ArrayElement = std::same_as<T, double> || std::same_as<T, float> || std::same_as<T, std::int64_t> ||
                       std::same_as<T, std::int32_t> || std::same_as<T, std::uint8_t>;

template <ArrayElement T>
constexpr ElementType element_type_of() noexcept {
  if constexpr (std::same_as<T, double>) return ElementType::float64;
  if constexpr (std::same_as<T, float>) return ElementType::float32;
  if constexpr (std::same_as<T, std::int64_t>) return ElementType::int64;
  if constexpr (std::same_as<T, std::int32_t>) return ElementType::int32;
  return ElementType::uint8;
}

/// Immutable numbers in row-major order. A copy or slice shares the buffer. Thread-safe.
class Array {
 public:
  /// Throws InvalidArgumentError when the lengths in `shape` do not multiply to `elements`.
  Array(ElementType type, std::vector<std::size_t> shape, std::shared_ptr<const void> data,
        std::size_t elements);

  [[nodiscard]] ElementType element_type() const noexcept { return type_; }
  [[nodiscard]] const std::vector<std::size_t>& shape() const noexcept { return shape_; }
  /// Number of elements.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return size_ * size_of(type_); }

  /// All elements. Throws IncompatibleTypeError when T is not the element type. Lifetime: that of the array.
  template <ArrayElement T>
  [[nodiscard]] std::span<const T> data() const {
    require_type(element_type_of<T>());
    return {static_cast<const T*>(raw()), size_};
  }
  /// Row `index` along the first dimension: one dimension less, same buffer. Throws ItemNotFoundError, also
  /// for an array without dimensions.
  [[nodiscard]] Array row(std::size_t index) const;
  /// Rows `[first, last)` along the first dimension, same buffer. Throws ItemNotFoundError.
  [[nodiscard]] Array slice(std::size_t first, std::size_t last) const;
  /// Element `index` in row-major order, as an integer or float Value. Throws ItemNotFoundError.
  [[nodiscard]] Value element(std::size_t index) const;
  /// The first element's address.
  [[nodiscard]] const void* raw() const noexcept { return start_; }

 private:
  void require_type(ElementType type) const;

  ElementType type_;
  std::vector<std::size_t> shape_;
  std::shared_ptr<const void> buffer_;
  const void* start_;
  std::size_t size_;
};

/// An array Value of `shape` that takes over `data`: `array<double>({2, 3}, data)`. Throws
/// InvalidArgumentError when the number of elements does not fit the shape.
template <ArrayElement T>
Value array(std::vector<std::size_t> shape, std::vector<T> data) {
  const std::size_t elements = data.size();
  auto owner = std::make_shared<const std::vector<T>>(std::move(data));
  const void* first = owner->data();
  return Array(element_type_of<T>(), std::move(shape), std::shared_ptr<const void>(std::move(owner), first),
               elements);
}

}  // namespace ember
