// What the types of the HTTP interface do without a connection.
#include <algorithm>

#include "net/http_client.hpp"

namespace ember::net {

std::optional<std::string_view> HttpResponse::header(std::string_view name) const {
  const auto is_same = [](char wanted, char present) {
    return (wanted >= 'A' && wanted <= 'Z' ? wanted - 'A' + 'a' : wanted) == present;
  };
  for (const auto& [key, value] : headers) {
    if (std::equal(name.begin(), name.end(), key.begin(), key.end(), is_same)) return value;
  }
  return std::nullopt;
}

std::string_view to_string(HttpErrorKind kind) noexcept {
  switch (kind) {
    case HttpErrorKind::invalid_request:
      return "invalid_request";
    case HttpErrorKind::resolve:
      return "resolve";
    case HttpErrorKind::connect:
      return "connect";
    case HttpErrorKind::tls:
      return "tls";
    case HttpErrorKind::proxy:
      return "proxy";
    case HttpErrorKind::timeout:
      return "timeout";
    case HttpErrorKind::reset:
      return "reset";
    case HttpErrorKind::partial_body:
      return "partial_body";
    case HttpErrorKind::protocol:
      return "protocol";
    case HttpErrorKind::too_large:
      return "too_large";
    case HttpErrorKind::callback:
      return "callback";
    case HttpErrorKind::stopped:
      return "stopped";
    case HttpErrorKind::simulated:
      return "simulated";
    case HttpErrorKind::internal:
      return "internal";
  }
  return "unknown";
}

namespace {

Errc::Code code_of(HttpErrorKind kind) {
  switch (kind) {
    case HttpErrorKind::invalid_request:
      return Errc::invalid_argument;
    case HttpErrorKind::timeout:
      return Errc::execution_timeout;
    case HttpErrorKind::stopped:
      return Errc::execution_stopped;
    default:
      return Errc::provider_api;
  }
}

}  // namespace

HttpError::HttpError(HttpErrorKind kind, const std::string& message)
    : ErrorOf(code_of(kind), message), kind_(kind) {
  add_context("http_error", std::string(to_string(kind)));
}

bool HttpError::is_transient() const noexcept {
  switch (kind_) {
    case HttpErrorKind::resolve:
    case HttpErrorKind::connect:
    case HttpErrorKind::timeout:
    case HttpErrorKind::reset:
    case HttpErrorKind::partial_body:
      return true;
    default:
      return false;
  }
}

}  // namespace ember::net
