#include "value/error_forms.hpp"

#include <new>
#include <stdexcept>

namespace ember {
namespace {

template <class E>
std::exception_ptr from_message(const ErrorParts& parts) {
  return parts.complete(E(parts.message));
}
template <class E>
std::exception_ptr from_message_and_code(const ErrorParts& parts) {
  return parts.complete(E(parts.message, parts.code));
}

/// Of a class that has a message and nothing else.
template <class E, class Base>
ErrorForm plain() {
  return error_form<E, Base>(from_message<E>);
}
/// Of a class that others derive from with codes of their own.
template <class E, class Base>
ErrorForm coded() {
  return error_form<E, Base>(from_message_and_code<E>);
}

ErrorForm json_form() {
  return error_form<JsonError, std::invalid_argument>(
      [](const ErrorParts& parts) {
        return parts.complete(JsonError(parts.message, static_cast<std::size_t>(parts.own["line"].integer()),
                                        static_cast<std::size_t>(parts.own["column"].integer())));
      },
      [](const std::exception& error) -> Value {
        const auto& json = dynamic_cast<const JsonError&>(error);
        return {{"line", json.line()}, {"column", json.column()}};
      });
}

ErrorForm provider_api_form() {
  return error_form<ProviderAPIError, ModelError>(
      [](const ErrorParts& parts) {
        return parts.complete(ProviderAPIError(parts.message, static_cast<int>(parts.own["status"].integer()),
                                               parts.own["is_transient"].boolean()));
      },
      [](const std::exception& error) -> Value {
        const auto& provider = dynamic_cast<const ProviderAPIError&>(error);
        return {{"status", provider.status()}, {"is_transient", provider.is_transient()}};
      });
}

std::vector<ErrorForm> standard_forms() {
  ErrorForm root = error_form<std::exception, std::exception>(from_message<std::runtime_error>);
  root.base = nullptr;
  const ErrorForm memory = error_form<std::bad_alloc, std::exception>(
      [](const ErrorParts&) { return std::make_exception_ptr(std::bad_alloc()); });
  return {
      root,
      memory,
      plain<std::runtime_error, std::exception>(),
      plain<std::logic_error, std::exception>(),
      plain<std::range_error, std::runtime_error>(),
      plain<std::overflow_error, std::runtime_error>(),
      plain<std::underflow_error, std::runtime_error>(),
      plain<std::invalid_argument, std::logic_error>(),
      plain<std::domain_error, std::logic_error>(),
      plain<std::length_error, std::logic_error>(),
      plain<std::out_of_range, std::logic_error>(),
  };
}

std::vector<ErrorForm> own_forms() {
  return {
      coded<InvalidArgumentError, std::invalid_argument>(),
      coded<ValidationError, std::invalid_argument>(),
      plain<IncompatibleTypeError, std::invalid_argument>(),
      plain<ItemNotFoundError, std::out_of_range>(),
      json_form(),
      plain<DataError, std::runtime_error>(),
      plain<ConfigError, std::invalid_argument>(),
      coded<OperatorError, std::runtime_error>(),
      plain<OperatorExecutionError, OperatorError>(),
      plain<SpecificationValidationError, OperatorError>(),
      coded<ModelError, std::runtime_error>(),
      plain<ModelNotFoundError, ModelError>(),
      provider_api_form(),
      plain<ProviderConfigError, ModelError>(),
      plain<InvalidPromptError, ModelError>(),
      coded<XCSError, std::runtime_error>(),
      coded<TraceError, XCSError>(),
      plain<CompilationError, XCSError>(),
      plain<DataFlowError, XCSError>(),
      coded<TransformError, XCSError>(),
      plain<GraphError, InvalidArgumentError>(),
  };
}

}  // namespace

std::vector<ErrorForm> basic_error_forms() {
  std::vector<ErrorForm> forms = standard_forms();
  for (const ErrorForm& form : own_forms()) forms.push_back(form);
  return forms;
}

}  // namespace ember
