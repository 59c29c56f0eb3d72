#include "net/http_client.hpp"

#include <cstdlib>
#include <utility>

#include "net/http_failure.hpp"
#include "net/http_loop.hpp"
#include "net/url.hpp"

namespace ember::net {

HttpClient::HttpClient(HttpClientOptions options) : loop_(std::make_unique<HttpLoop>(std::move(options))) {}

HttpClient::~HttpClient() = default;

HttpClient& HttpClient::process() {
  static HttpClient* const client = [] {
    static HttpClient* created = new HttpClient;
    // The TLS library takes itself down at exit; the thread must not be within it then. Exit handlers run in
    // reverse order, so this one, registered later, comes first.
    std::atexit([] { created->loop_->park(); });
    return created;
  }();
  return *client;
}

void HttpClient::send(HttpRequest request, const Context& context, Done done, OnBody on_body) {
  std::optional<Url> url = parse_url(request.url);
  if (!url) {
    // Without the URL, which may hold credentials.
    return done(
        http_error(HttpErrorKind::invalid_request, "the request's URL is not an absolute http or https URL"));
  }
  if (context.clock()->is_simulated()) {
    return done(
        http_error(HttpErrorKind::simulated,
                   "can not connect to " + url->host_and_port() +
                       ": a simulated runtime opens no connections; use sim: or recorded: models in it"));
  }
  loop_->submit({std::move(request), std::move(*url), context.deadline(), context.stop_token(),
                 std::move(done), std::move(on_body)});
}

HttpClientStats HttpClient::stats() const noexcept {
  return loop_->stats();
}

}  // namespace ember::net
