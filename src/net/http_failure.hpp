// From the transport's error codes to HttpError: which kind, and a message that names the host and what
// happened.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

#include <ember/clock.hpp>

#include "net/http_client.hpp"

namespace ember::net {

/// What is known of a request when it fails.
struct FailureFacts {
  std::string where{};  ///< host and port
  Duration connect_timeout{0};
  bool has_status_line = false;
  bool has_all_headers = false;
  std::size_t body_bytes = 0;
  int os_error = 0;
  std::string_view transport_message{};
};

std::exception_ptr http_error(HttpErrorKind kind, const std::string& message);
/// The error for a transfer that the transport gave up.
std::exception_ptr failure_of(CURLcode code, const FailureFacts& facts);
/// The error for a transfer that the transport calls complete, although the headers are not.
std::exception_ptr cut_headers_failure(const FailureFacts& facts);

/// `1.5 s`, for messages.
std::string in_seconds(Duration duration);

}  // namespace ember::net
