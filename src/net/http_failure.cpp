#include "net/http_failure.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace ember::net {
namespace {

using Kind = HttpErrorKind;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string reason(const FailureFacts& facts) {
  return facts.os_error == 0 ? std::string() : ": " + std::generic_category().message(facts.os_error);
}

std::exception_ptr connect_failure(const FailureFacts& facts) {
  if (facts.os_error == EMFILE || facts.os_error == ENFILE) {
    return http_error(Kind::internal, "can not connect to " + facts.where + ": too many open files");
  }
  return http_error(Kind::connect, "can not connect to " + facts.where + reason(facts));
}

// The connection broke: what that means depends on how much of the response had come.
std::exception_ptr broken_failure(const FailureFacts& facts) {
  if (facts.has_all_headers) {
    return http_error(Kind::partial_body,
                      facts.where + " broke the connection within the response body, after " +
                          std::to_string(facts.body_bytes) + " bytes of it" + reason(facts));
  }
  if (facts.has_status_line) return cut_headers_failure(facts);
  return http_error(Kind::reset, facts.where + " closed the connection without a response" + reason(facts));
}

std::exception_ptr receive_failure(const FailureFacts& facts) {
  // The transport reports malformed chunks as a failure to receive.
  if (contains(facts.transport_message, "hunk") && facts.os_error == 0) {
    return http_error(Kind::protocol, facts.where + " sent a malformed chunked body");
  }
  return broken_failure(facts);
}

std::exception_ptr tls_failure(const FailureFacts& facts) {
  const std::string_view detail = facts.transport_message;
  if (contains(detail, "SSL_ERROR_SYSCALL") || contains(detail, "reset by peer")) {
    return http_error(Kind::reset, facts.where + " broke the connection within the TLS handshake");
  }
  const std::string suffix = detail.empty() ? std::string() : ": " + std::string(detail);
  return http_error(Kind::tls, "no secure connection to " + facts.where + suffix);
}

std::exception_ptr not_http_failure(const FailureFacts& facts) {
  return http_error(Kind::protocol, facts.where + " sent something that is not an HTTP response");
}

}  // namespace

std::exception_ptr http_error(HttpErrorKind kind, const std::string& message) {
  return std::make_exception_ptr(HttpError(kind, message));
}

std::exception_ptr cut_headers_failure(const FailureFacts& facts) {
  return http_error(Kind::reset,
                    facts.where + " broke the connection within the response headers" + reason(facts));
}

std::exception_ptr failure_of(CURLcode code, const FailureFacts& facts) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
      return http_error(Kind::invalid_request, "the URL for " + facts.where + " is malformed");
    case CURLE_COULDNT_RESOLVE_HOST:
      return http_error(Kind::resolve, "can not resolve the host of " + facts.where);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return http_error(Kind::proxy, "can not resolve the proxy for " + facts.where);
    case CURLE_PROXY:
      return http_error(Kind::proxy, "the proxy does not connect to " + facts.where);
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
      return connect_failure(facts);
    case CURLE_OPERATION_TIMEDOUT:
      return http_error(Kind::timeout,
                        "no connection to " + facts.where + " within " + in_seconds(facts.connect_timeout));
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2_STREAM:
      return broken_failure(facts);
    case CURLE_RECV_ERROR:
      return receive_failure(facts);
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9, which is any text at all.
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_BAD_CONTENT_ENCODING:
      return not_http_failure(facts);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
      return tls_failure(facts);
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
    case CURLE_OUT_OF_MEMORY:  // Also the transport's own limit of one header line.
      if (facts.has_status_line && !facts.has_all_headers) {
        return http_error(Kind::too_large, facts.where + " sent a response header that is too long");
      }
      return http_error(Kind::internal, "out of memory in the request to " + facts.where);
    default:
      return http_error(Kind::internal,
                        "the request to " + facts.where + " failed: " + curl_easy_strerror(code));
  }
}

std::string in_seconds(Duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g s", to_seconds(duration));
  return text;
}

}  // namespace ember::net
