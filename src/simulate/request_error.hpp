// A request that gets an error reply instead of an answer.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace ember::simulate {

/// What goes back to a client as an error body: HTTP status, and the fields of OpenAI's error object.
class RequestError : public std::runtime_error {
 public:
  RequestError(int http_status, const std::string& message, std::string error_type, std::string error_code,
               std::string parameter = {})
      : std::runtime_error(message),
        status(http_status),
        type(std::move(error_type)),
        code(std::move(error_code)),
        param(std::move(parameter)) {}

  int status;
  std::string type;
  std::string code;
  /// The field of the request that is wrong; empty when it is no single field.
  std::string param;
};

}  // namespace ember::simulate
