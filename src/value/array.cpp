#include <ember/array.hpp>

#include <limits>
#include <string>

#include <ember/error.hpp>

namespace ember {

namespace {

// The product of the lengths, or nothing useful (the largest number) when it does not fit.
std::size_t element_count(const std::vector<std::size_t>& shape) noexcept {
  std::size_t count = 1;
  bool is_overflow = false;
  for (const std::size_t length : shape) {
    if (length == 0) return 0;
    is_overflow = is_overflow || count > std::numeric_limits<std::size_t>::max() / length;
    count *= length;
  }
  return is_overflow ? std::numeric_limits<std::size_t>::max() : count;
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + ")";
}

}  // namespace

std::string_view to_string(ElementType type) noexcept {
  switch (type) {
    case ElementType::float64:
      return "float64";
    case ElementType::float32:
      return "float32";
    case ElementType::int64:
      return "int64";
    case ElementType::int32:
      return "int32";
    case ElementType::uint8:
      return "uint8";
  }
  return "unknown";
}

std::size_t size_of(ElementType type) noexcept {
  switch (type) {
    case ElementType::float64:
    case ElementType::int64:
      return 8;
    case ElementType::float32:
    case ElementType::int32:
      return 4;
    case ElementType::uint8:
      return 1;
  }
  return 1;
}

Array::Array(ElementType type, std::vector<std::size_t> shape, std::shared_ptr<const void> data,
             std::size_t elements)
    : type_(type),
      shape_(std::move(shape)),
      buffer_(std::move(data)),
      start_(buffer_.get()),
      size_(elements) {
  const std::size_t expected = element_count(shape_);
  if (expected != size_) {
    throw InvalidArgumentError("an array of shape " + shape_text(shape_) + " does not hold " +
                               std::to_string(size_) + " elements");
  }
  if (size_ != 0 && start_ == nullptr)
    throw InvalidArgumentError("an array with elements needs data, found null");
}

void Array::require_type(ElementType type) const {
  if (type == type_) return;
  throw IncompatibleTypeError("expected an array of " + std::string(to_string(type)) + ", found one of " +
                              std::string(to_string(type_)));
}

Array Array::row(std::size_t index) const {
  if (shape_.empty()) throw ItemNotFoundError("an array without dimensions has no rows");
  if (index >= shape_.front()) {
    throw ItemNotFoundError("no row " + std::to_string(index) + " in an array of shape " +
                            shape_text(shape_));
  }
  Array result = *this;
  result.shape_.erase(result.shape_.begin());
  result.size_ = size_ / shape_.front();
  result.start_ = static_cast<const char*>(start_) + index * result.bytes();
  return result;
}

Array Array::slice(std::size_t first, std::size_t last) const {
  if (shape_.empty()) throw ItemNotFoundError("an array without dimensions has no rows");
  if (first > last || last > shape_.front()) {
    throw ItemNotFoundError("no rows " + std::to_string(first) + " to " + std::to_string(last) +
                            " in an array of shape " + shape_text(shape_));
  }
  Array result = *this;
  if (shape_.front() == 0) return result;
  const std::size_t row_size = size_ / shape_.front();
  result.shape_.front() = last - first;
  result.size_ = row_size * (last - first);
  if (row_size != 0) result.start_ = static_cast<const char*>(start_) + first * row_size * size_of(type_);
  return result;
}

Value Array::element(std::size_t index) const {
  if (index >= size_) {
    throw ItemNotFoundError("no element " + std::to_string(index) + " in an array of shape " +
                            shape_text(shape_));
  }
  switch (type_) {
    case ElementType::float64:
      return static_cast<const double*>(start_)[index];
    case ElementType::float32:
      return static_cast<const float*>(start_)[index];
    case ElementType::int64:
      return static_cast<const std::int64_t*>(start_)[index];
    case ElementType::int32:
      return static_cast<const std::int32_t*>(start_)[index];
    case ElementType::uint8:
      return static_cast<const std::uint8_t*>(start_)[index];
  }
  return {};
}

}  // namespace ember
