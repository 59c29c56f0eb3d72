// Result: the outcome of a call that was allowed to fail, as a value or as the exception it raised.
#pragma once

#include <exception>
#include <optional>
#include <utility>

namespace ember {

/// Either a value or the exception that stood in its way. Used where failure is one normal answer among many.
template <class T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(std::exception_ptr error) noexcept
      : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  /// The value. Throws the stored exception when there is none.
  const T& value() const& {
    if (!value_) std::rethrow_exception(error_);
    return *value_;
  }
  T&& value() && {
    if (!value_) std::rethrow_exception(error_);
    return std::move(*value_);
  }
  /// The exception, or null when there is a value.
  [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }

 private:
  std::optional<T> value_;
  std::exception_ptr error_;
};

}  // namespace ember
