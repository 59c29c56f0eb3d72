#include <ember/error.hpp>

#include <cxxabi.h>

#include <typeinfo>

#include "base/type_name.hpp"

namespace ember {
std::string Error::describe() const {
  std::string text = "[Error " + std::to_string(static_cast<int>(code_)) + "] " + what();
  if (!hint_.empty()) text += " [Recovery: " + hint_ + "]";
  if (!context_.empty()) {
    text += " [Context: ";
    const char* separator = "";
    for (const auto& [key, value] : context_) {
      text += separator + key + "='" + value + "'";
      separator = ", ";
    }
    text += "]";
  }
  return text;
}

Error& Error::add_context(std::string key, std::string value) {
  context_[std::move(key)] = std::move(value);
  return *this;
}

Error& Error::set_hint(std::string hint) {
  hint_ = std::move(hint);
  return *this;
}

Error& Error::set_path(std::string path) {
  path_ = std::move(path);
  return *this;
}

Error& Error::prepend_path(std::string_view segment) {
  path_ = path_.empty() ? std::string(segment) : std::string(segment) + "." + path_;
  return *this;
}

Error& Error::set_cause(std::exception_ptr cause) {
  cause_ = std::move(cause);
  if (cause_) {
    add_context("cause_type", type_name_of(cause_));
    add_context("cause_message", message_of(cause_));
  }
  return *this;
}

std::string message_of(const std::exception_ptr& error) {
  if (!error) return "no error";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    return caught.what();
  } catch (...) {
    return "unknown exception";
  }
}

std::string type_name_of(const std::exception_ptr& error) {
  if (!error) return "none";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    return short_type_name(typeid(caught));
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return type ? short_type_name(*type) : "unknown";
  }
}

std::exception_ptr root_cause(std::exception_ptr error) {
  for (;;) {
    std::exception_ptr next;
    try {
      std::rethrow_exception(error);
    } catch (const Error& caught) {
      next = caught.cause();
    } catch (...) {
      return error;
    }
    if (!next) return error;
    error = std::move(next);
  }
}

JsonError::JsonError(const std::string& message, std::size_t line, std::size_t column)
    : ErrorOf(Errc::json, message), line_(line), column_(column) {
  add_context("line", std::to_string(line));
  add_context("column", std::to_string(column));
}

OperatorExecutionError OperatorExecutionError::for_operator(std::string_view name, std::string_view message) {
  OperatorExecutionError error("Operator '" + std::string(name) + "' failed: " + std::string(message));
  error.add_context("operator_name", std::string(name));
  return error;
}

ModelNotFoundError ModelNotFoundError::for_model(std::string_view model, std::string_view provider) {
  ModelNotFoundError error("Model '" + std::string(model) + "' not found from provider '" +
                           std::string(provider) + "'");
  error.add_context("model_name", std::string(model));
  error.add_context("provider_name", std::string(provider));
  return error;
}

DataFlowError DataFlowError::for_graph(std::string_view graph, std::string_view message) {
  DataFlowError error("Graph '" + std::string(graph) + "': " + std::string(message));
  error.add_context("graph", std::string(graph));
  return error;
}

TransformError TransformError::for_transform(std::string_view transform, std::string_view message,
                                             const std::map<std::string, std::string>& details) {
  std::string text = "[" + std::string(transform) + "] " + std::string(message);
  if (!details.empty()) {
    text += " Details: {";
    const char* separator = "";
    for (const auto& [key, value] : details) {
      text += separator + key + ": " + value;
      separator = ", ";
    }
    text += "}";
  }
  TransformError error(text);
  for (const auto& [key, value] : details) error.add_context(key, value);
  return error;
}

}  // namespace ember
