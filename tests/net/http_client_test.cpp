// What a client does against a server that behaves.
#include "net/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include <ember/log.hpp>

#include "net/fetch.hpp"
#include "support/raw_server.hpp"

namespace ember::net {
namespace {

using ember::testing::http_response;
using ember::testing::RawConnection;
using ember::testing::RawServer;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Answers every request with the request itself.
void echo(RawConnection& connection) {
  for (std::string request = connection.read_request(); !request.empty();
       request = connection.read_request()) {
    connection.send(http_response(request));
  }
}

RawServer::Handler always(std::string response) {
  return [response = std::move(response)](RawConnection& connection) {
    while (!connection.read_request().empty()) connection.send(response);
  };
}

TEST(HttpClient, gets) {
  RawServer server = RawServer::per_connection(echo);
  HttpClient client;
  const Outcome outcome = fetch(client, {.url = server.url("/path?x=1")});
  EXPECT_EQ(outcome.value().status, 200);
  EXPECT_THAT(outcome.value().body, StartsWith("GET /path?x=1 HTTP/1.1\r\nHost: " + server.where() + "\r\n"));
}

TEST(HttpClient, sends_method_headers_and_body_and_nothing_of_its_own) {
  RawServer server = RawServer::per_connection(echo);
  HttpClient client;
  const std::string body(3000, 'b');
  const std::string request =
      fetch(client, {.method = "POST",
                     .url = server.url("/v1/chat"),
                     .headers = {{"X-One", "1"}, {"Content-Type", "application/json"}, {"X-Empty", ""}},
                     .body = body})
          .value()
          .body;
  EXPECT_THAT(request, StartsWith("POST /v1/chat HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("X-One: 1\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Empty:\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Length: 3000\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("Expect")));
  EXPECT_THAT(request, Not(HasSubstr("urlencoded")));
  EXPECT_TRUE(request.ends_with("\r\n\r\n" + body));
}

TEST(HttpClient, nothing_of_a_request_reaches_the_next) {
  RawServer server = RawServer::per_connection(echo);
  HttpClient client;
  fetch(client,
        {.method = "PUT", .url = server.url("/a"), .headers = {{"X-Key", "secret"}}, .body = "payload"})
      .value();
  const std::string plain = fetch(client, {.url = server.url("/b")}).value().body;
  EXPECT_THAT(plain, StartsWith("GET /b HTTP/1.1\r\n"));
  EXPECT_THAT(plain, Not(HasSubstr("X-Key")));
  EXPECT_THAT(plain, Not(HasSubstr("payload")));
  EXPECT_THAT(fetch(client, {.method = "DELETE", .url = server.url("/c")}).value().body,
              StartsWith("DELETE /c HTTP"));
  EXPECT_THAT(fetch(client, {.method = "POST", .url = server.url("/d")}).value().body,
              HasSubstr("Content-Length: 0\r\n"));
  EXPECT_EQ(server.connections(), 1u);
}

TEST(HttpClient, head_has_no_body) {
  RawServer server =
      RawServer::per_connection(always("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"));
  HttpClient client;
  EXPECT_EQ(fetch(client, {.method = "HEAD", .url = server.url()}).value().body, "");
}

TEST(HttpClient, gives_headers_in_lower_case_and_order) {
  RawServer server = RawServer::per_connection(always(
      "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" +
      http_response("no", "429 Too Many Requests", "Retry-After:  7 \r\nX-A: 1\r\nx-a: 2\r\nX-Empty:\r\n")));
  HttpClient client;
  const HttpResponse response = fetch(client, {.url = server.url()}).value();
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.body, "no");
  EXPECT_EQ(response.header("Retry-After"), "7");
  EXPECT_EQ(response.header("x-a"), "1");
  EXPECT_EQ(response.header("X-EMPTY"), "");
  EXPECT_EQ(response.header("x-early"), std::nullopt);
  EXPECT_EQ(response.headers[2], (std::pair<std::string, std::string>("x-a", "1")));
}

TEST(HttpClient, reads_chunks_and_leaves_trailers) {
  RawServer server =
      RawServer::per_connection(always("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                       "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"));
  HttpClient client;
  const HttpResponse response = fetch(client, {.url = server.url()}).value();
  EXPECT_EQ(response.body, "abcde");
  EXPECT_EQ(response.header("x-trailer"), std::nullopt);
}

TEST(HttpClient, follows_no_redirect) {
  RawServer server =
      RawServer::per_connection(always(http_response("", "302 Found", "Location: /other\r\n")));
  HttpClient client;
  EXPECT_EQ(fetch(client, {.url = server.url()}).value().status, 302);
}

TEST(HttpClient, uses_a_connection_again) {
  RawServer server = RawServer::per_connection(echo);
  HttpClient client;
  for (int i = 0; i < 20; ++i) fetch(client, {.method = "POST", .url = server.url(), .body = "x"}).value();
  EXPECT_EQ(server.connections(), 1u);
  EXPECT_EQ(client.stats().connections, 1u);
  EXPECT_EQ(client.stats().requests, 20u);
  EXPECT_EQ(client.stats().in_flight, 0u);
}

TEST(HttpClient, replaces_a_kept_connection_that_the_server_closed) {
  RawServer server = RawServer::per_connection([](RawConnection& connection) {
    if (!connection.read_request().empty()) connection.send(http_response("once"));
  });
  HttpClient client;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(fetch(client, {.method = "POST", .url = server.url(), .body = "x"}).value().body, "once");
  }
  EXPECT_EQ(server.connections(), 5u);
}

TEST(HttpClient, carries_bodies_of_some_megabytes) {
  RawServer server = RawServer::per_connection(echo);
  HttpClient client;
  std::string body;
  for (int i = 0; body.size() < (std::size_t{5} << 20); ++i) body += std::to_string(i) + ",";
  const std::string back = fetch(client, {.method = "POST", .url = server.url(), .body = body}).value().body;
  EXPECT_TRUE(back.ends_with("\r\n\r\n" + body));
}

TEST(HttpClient, hands_out_the_body_piece_by_piece) {
  std::promise<void> first_seen;
  RawServer server = RawServer::per_connection([&](RawConnection& connection) {
    connection.read_request();
    connection.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n");
    first_seen.get_future().wait();  // The rest comes only after the client has seen the beginning.
    connection.send("2\r\nde\r\n0\r\n\r\n");
  });
  HttpClient client;
  std::string seen;
  const Outcome outcome =
      fetch(client, {.url = server.url()}, {}, [&](const HttpResponse& response, std::string_view chunk) {
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.header("content-type"), "text/event-stream");
        if (seen.empty()) first_seen.set_value();
        seen += chunk;
      });
  EXPECT_EQ(seen, "abcde");
  EXPECT_EQ(outcome.value().body, "");
}

TEST(HttpClient, keeps_the_body_of_an_error_response) {
  RawServer server = RawServer::per_connection(always(http_response("why", "500 Oops")));
  HttpClient client;
  const Outcome outcome = fetch(client, {.url = server.url()}, {},
                                [](const HttpResponse&, std::string_view) { FAIL() << "handed out"; });
  EXPECT_EQ(outcome.value().body, "why");
}

TEST(HttpClient, an_exception_of_the_chunk_receiver_ends_the_request) {
  RawServer server = RawServer::per_connection(echo);
  HttpClient client;
  const HttpError error =
      error_of(fetch(client, {.url = server.url()}, {},
                     [](const HttpResponse&, std::string_view) { throw std::runtime_error("bad event"); }));
  EXPECT_EQ(error.kind(), HttpErrorKind::callback);
  EXPECT_THAT(error.what(), HasSubstr("bad event"));
  EXPECT_EQ(message_of(error.cause()), "bad event");
  EXPECT_FALSE(error.is_transient());
}

TEST(HttpClient, survives_a_receiver_that_throws) {
  std::promise<std::string> logged;
  set_log_hook([&](LogLevel, std::string_view message) { logged.set_value(std::string(message)); });
  RawServer server = RawServer::per_connection(echo);
  HttpClient client;
  client.send({.url = server.url()}, {}, [](const Outcome&) { throw std::runtime_error("careless"); });
  EXPECT_THAT(logged.get_future().get(), HasSubstr("careless"));
  set_log_hook({});
  EXPECT_EQ(fetch(client, {.url = server.url()}).value().status, 200);
}

TEST(HttpClient, sends_from_within_a_receiver) {
  RawServer server = RawServer::per_connection(echo);
  HttpClient client;
  std::promise<int> status;
  client.send({.url = server.url()}, {}, [&](const Outcome&) {
    client.send({.url = server.url()}, {},
                [&](const Outcome& outcome) { status.set_value(outcome.value().status); });
  });
  EXPECT_EQ(status.get_future().get(), 200);
}

TEST(HttpClient, finds_hosts_by_name) {
  RawServer server = RawServer::per_connection(echo);
  HttpClient client;
  EXPECT_EQ(fetch(client, {.url = server.url("/", "localhost")}).value().status, 200);
  EXPECT_EQ(fetch(client, {.url = server.url("/", "localhost")}).value().status, 200);
  EXPECT_EQ(server.connections(), 1u);
}

TEST(HttpClient, the_process_has_one) {
  RawServer server = RawServer::per_connection(echo);
  EXPECT_EQ(&HttpClient::process(), &HttpClient::process());
  EXPECT_EQ(fetch(HttpClient::process(), {.url = server.url()}).value().status, 200);
}

// Simulated time without an engine behind it: enough to be told from real time.
class StandingClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return {}; }
  TimerId call_at(TimePoint, std::function<void()>) override { return 1; }
  bool cancel(TimerId) noexcept override { return true; }
  bool sleep_until(TimePoint, const std::stop_token&) override { return true; }
  [[nodiscard]] bool is_simulated() const noexcept override { return true; }
};

TEST(HttpClient, refuses_simulated_time_at_once) {
  HttpClient client;
  const Context context(std::make_shared<StandingClock>(), TimePoint::max(), {});
  const HttpError error = error_of(fetch(client, {.url = "http://example.org/secret"}, context));
  EXPECT_EQ(error.kind(), HttpErrorKind::simulated);
  EXPECT_THAT(error.what(), HasSubstr("example.org:80"));
  EXPECT_THAT(error.what(), HasSubstr("recorded:"));
  EXPECT_EQ(client.stats().requests, 0u);
}

TEST(HttpClient, refuses_requests_that_can_not_be_sent) {
  HttpClient client;
  const std::string url = "http://127.0.0.1:1/";
  EXPECT_EQ(kind_of(fetch(client, {.url = "no url"})), "invalid_request");
  EXPECT_EQ(kind_of(fetch(client, {.url = "file:///etc/passwd"})), "invalid_request");
  EXPECT_EQ(kind_of(fetch(client, {.url = "http://127.0.0.1:1/a b"})), "invalid_request");
  EXPECT_EQ(kind_of(fetch(client, {.method = "GET /", .url = url})), "invalid_request");
  EXPECT_EQ(kind_of(fetch(client, {.url = url, .headers = {{"X", "a\r\nY: b"}}})), "invalid_request");
  EXPECT_EQ(kind_of(fetch(client, {.url = url, .headers = {{"X: y", "a"}}})), "invalid_request");
}

}  // namespace
}  // namespace ember::net
