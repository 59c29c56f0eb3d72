// Errors from what a server sent or did not send. None holds text of the prompt, the answer or the key: of a
// server's own words only its short identifiers are repeated.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include <ember/provider.hpp>
#include <ember/value.hpp>

#include "net/http_client.hpp"

namespace ember::model {

/// Throws ProviderAPIError: `Model 'id': <reason>`.
[[noreturn]] void refuse_response(const std::string& model_id, const std::string& reason,
                                  bool is_transient = false);

/// The error of a response whose status is not 200: by status, with the wait that the server asks for.
std::exception_ptr error_of_status(const ModelRequest& request, std::string_view provider,
                                   const net::HttpResponse& response, std::string_view body);

/// The error for a request without a complete response; `error` is what the HTTP client gave.
std::exception_ptr error_of_transport(const ModelRequest& request, const std::exception_ptr& error);

/// Throws the error that a server reports in the field `error` of an answer or event.
[[noreturn]] void throw_reported_error(const std::string& model_id, const Value& error);

/// The JSON of a response. Throws ProviderAPIError naming the model when it is none.
Value parse_response(const std::string& model_id, std::string_view body);

/// The seconds that the response asks to wait before a repetition, as a text; empty when it asks for none.
std::string retry_after_seconds(const net::HttpResponse& response);

}  // namespace ember::model
