// HttpClient: HTTP/1.1 and HTTP/2 requests by the thousand on one I/O thread. Never blocks its caller.
// Errors name the host and port and what happened; never credentials, paths, queries, header values or
// bodies.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ember/clock.hpp>
#include <ember/context.hpp>
#include <ember/error.hpp>
#include <ember/result.hpp>

namespace ember::net {

class HttpLoop;

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// One request. `url` is absolute, http or https. A body makes the request carry it, whatever the method.
struct HttpRequest {
  std::string method = "GET";
  std::string url{};
  HttpHeaders headers{};
  std::string body{};
  /// How long resolving, connecting and the TLS handshake may take together.
  Duration connect_timeout = std::chrono::seconds(10);
  /// The request fails after this long without a byte from the server; 0 means never. The context's deadline
  /// holds in any case.
  Duration idle_timeout{0};
  /// Limit of all response headers together, in bytes.
  std::size_t max_header_bytes = std::size_t{256} << 10;
  /// Limit of the response body, in bytes, also of one that is handed out in chunks.
  std::size_t max_body_bytes = std::size_t{64} << 20;
};

/// A complete response. Any status counts: 404 and 500 are answers, not errors.
struct HttpResponse {
  int status = 0;
  /// In the order received; names in lower case.
  HttpHeaders headers{};
  /// Empty when the body was handed out piece by piece.
  std::string body{};

  /// The first value of a header; the name is compared without regard to case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

/// Why there is no response.
enum class HttpErrorKind {
  invalid_request,  ///< not an http(s) URL, or a method or header that can not be sent
  resolve,          ///< no such host, or no name service
  connect,          ///< refused, unreachable, or no free socket
  tls,              ///< handshake failed or the certificate is not trusted
  proxy,            ///< the proxy refused or can not be reached
  timeout,          ///< deadline, connect timeout or idle timeout
  reset,            ///< the connection broke before the headers of the response were complete
  partial_body,     ///< the connection broke within the body
  protocol,         ///< what came is not HTTP
  too_large,        ///< headers or body over the limit
  callback,         ///< the caller's chunk callback threw; its exception is `cause()`
  stopped,          ///< stop requested, or the client was destroyed
  simulated,        ///< the call runs in simulated time, which has no sockets
  internal,         ///< out of memory or descriptors, or a failure inside the transport
};

/// The name of the enumerator.
std::string_view to_string(HttpErrorKind kind) noexcept;

/// A request that got no complete response.
class HttpError : public ErrorOf<std::runtime_error> {
 public:
  HttpError(HttpErrorKind kind, const std::string& message);
  [[nodiscard]] HttpErrorKind kind() const noexcept { return kind_; }
  /// True when the same request may succeed later: the fault lies in the network or in the server's present
  /// state.
  [[nodiscard]] bool is_transient() const noexcept;

 private:
  HttpErrorKind kind_;
};

/// Settings of a client; fixed when it is created.
struct HttpClientOptions {
  /// File of trusted certificates (PEM). Empty: `SSL_CERT_FILE` of the environment, else the system's.
  std::string ca_file{};
  /// Use HTTP/2 where a TLS server offers it.
  bool allow_http2 = true;
  /// Active transfers per transport handle. The costs of one grow with its transfers, so more handles are
  /// opened.
  std::size_t transfers_per_handle = 250;
  /// Requests in flight at once; more wait their turn. 0: as many as the limit of open files has room for,
  /// less a reserve for the rest of the process.
  std::size_t max_in_flight = 0;
  /// Raise the process's soft limit of open files to its hard limit: every request in flight holds a socket.
  bool raise_open_files_limit = true;
};

/// What a client has done so far.
struct HttpClientStats {
  std::size_t requests = 0;     ///< started
  std::size_t connections = 0;  ///< opened
  std::size_t in_flight = 0;    ///< started and not done
};

/// Sends requests from any thread. Connections are kept alive and reused; proxies come from the environment;
/// certificates are always verified; redirects are answers, not followed.
class HttpClient {
 public:
  using Done = std::function<void(Result<HttpResponse>)>;
  /// Receives the body of a 2xx response piece by piece; `response` has the status and the headers.
  using OnBody = std::function<void(const HttpResponse& response, std::string_view chunk)>;

  explicit HttpClient(HttpClientOptions options = {});
  /// Completes what is in flight with `stopped` and joins the I/O thread. Must not run on the I/O thread.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// The client of the process: created at first use, never destroyed, so that no exit handler waits for a
  /// server.
  static HttpClient& process();

  /// Starts a request and returns at once. Calls `done` exactly once, on the I/O thread (or, for a request
  /// that can not be sent at all, on the caller's before `send` returns); it must be short and not wait for
  /// this client. Errors arrive as `HttpError`. The deadline and the stop token of `context` abort the
  /// transfer. With `on_body` the body of a 2xx response goes there, on the I/O thread, and stays out of the
  /// response; an exception from it ends the request. Thread-safe.
  void send(HttpRequest request, const Context& context, Done done, OnBody on_body = {});

  [[nodiscard]] HttpClientStats stats() const noexcept;

 private:
  std::unique_ptr<HttpLoop> loop_;
};

}  // namespace ember::net
