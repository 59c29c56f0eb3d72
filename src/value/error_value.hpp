// Errors as Values, so that they travel as data does: what one process throws, another can throw again.
#pragma once

#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include <ember/error.hpp>
#include <ember/value.hpp>

namespace ember {

/// The error as a mapping: its class, code, message, path, hint, context and causes, and what its class adds.
/// `error` is not null.
Value error_to_value(const std::exception_ptr& error);

/// The error that `value` was made from: of the same class, with the same text, path, hint, context and chain
/// of causes. A class that is not known here becomes the nearest base class that is; what is no
/// `std::exception` becomes a `std::runtime_error`. Throws DataError when `value` is no error.
std::exception_ptr error_from_value(const Value& value);

/// `error` with `segment` in front of its operator path. A copy, when its very class has a form: others may
/// hold `error`, or throw it again. Otherwise `error` itself, changed in place. What is no `Error` stays as
/// it is.
std::exception_ptr error_under(std::string_view segment, const std::exception_ptr& error);

/// What an error is made again from.
struct ErrorParts {
  std::string message{};
  Errc::Code code = Errc::error;
  std::string path{};
  std::string hint{};
  std::map<std::string, std::string> context{};
  std::exception_ptr cause{};
  /// What `ErrorForm::own` gave.
  Value own{};

  /// `error`, with path, hint, context and cause as they were.
  template <class E>
  [[nodiscard]] std::exception_ptr complete(E error) const {
    if constexpr (std::is_base_of_v<Error, E>) complete_base(error);
    return std::make_exception_ptr(std::move(error));
  }

 private:
  void complete_base(Error& error) const;
};

/// How the errors of one class travel.
struct ErrorForm {
  const std::type_info* type = nullptr;
  /// The nearest base class that has a form; null when there is none.
  const std::type_info* base = nullptr;
  bool (*matches)(const std::exception& error) = nullptr;
  /// What this class has beyond `Error`, as plain data; null when there is nothing.
  Value (*own)(const std::exception& error) = nullptr;
  std::exception_ptr (*make)(const ErrorParts& parts) = nullptr;
  /// A copy of an error of exactly this class, with `segment` in front of its path; null for what has no
  /// path.
  std::exception_ptr (*copy_under)(std::string_view segment, const std::exception& error) = nullptr;
};

template <class E>
bool is_error_of([[maybe_unused]] const std::exception& error) {
  if constexpr (std::is_same_v<E, std::exception>) {
    return true;
  } else {
    return dynamic_cast<const E*>(&error) != nullptr;
  }
}

template <class E>
std::exception_ptr copy_error_under(std::string_view segment, const std::exception& error) {
  E copy = dynamic_cast<const E&>(error);
  copy.prepend_path(segment);
  return std::make_exception_ptr(std::move(copy));
}

/// The form of E, which derives from Base.
template <class E, class Base>
ErrorForm error_form(std::exception_ptr (*make)(const ErrorParts&),
                     Value (*own)(const std::exception&) = nullptr) {
  ErrorForm form{&typeid(E), &typeid(Base), is_error_of<E>, own, make};
  if constexpr (std::is_base_of_v<Error, E>) form.copy_under = copy_error_under<E>;
  return form;
}

/// Makes a form known while the program starts. It stands in the file that has the code of the class, so that
/// whoever throws the class also links its form.
class ErrorRegistration {
 public:
  explicit ErrorRegistration(ErrorForm form);
};

}  // namespace ember
