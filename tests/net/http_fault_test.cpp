// What a client makes of servers that misbehave: one typed error each, naming host and port and nothing
// secret.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "net/fetch.hpp"
#include "net/http_client.hpp"
#include "support/raw_server.hpp"

namespace ember::net {
namespace {

using ember::testing::closed_port;
using ember::testing::http_response;
using ember::testing::RawConnection;
using ember::testing::RawServer;
using ::testing::HasSubstr;
using ::testing::Not;

struct Fault {
  const char* name;
  HttpErrorKind kind;
  bool is_transient;
  const char* says;
  RawServer::Handler handler;
};

// Reads the request, sends `bytes` and closes.
RawServer::Handler sends(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& connection) {
    if (!connection.read_request().empty()) connection.send(bytes);
  };
}

std::string long_headers(std::size_t lines, std::size_t length) {
  std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
  for (std::size_t i = 0; i < lines; ++i)
    text += "X-" + std::to_string(i) + ": " + std::string(length, 'h') + "\r\n";
  return text + "\r\n";
}

std::vector<Fault> faults() {
  using Kind = HttpErrorKind;
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  return {
      {"closes_at_once", Kind::reset, true, "closed the connection without a response",
       [](RawConnection&) {}},
      {"closes_after_the_request", Kind::reset, true, "closed the connection without a response", sends("")},
      {"resets", Kind::reset, true, "without a response",
       [](RawConnection& connection) {
         connection.read_request();
         connection.reset();
       }},
      {"closes_in_the_status_line", Kind::reset, true, "", sends("HTTP/1.1 20")},
      {"closes_in_the_headers", Kind::reset, true, "within the response headers",
       sends("HTTP/1.1 200 OK\r\nContent-Le")},
      {"closes_after_an_interim_response", Kind::reset, true, "within the response headers",
       sends("HTTP/1.1 103 Early Hints\r\n\r\n")},
      {"closes_in_the_body", Kind::partial_body, true, "within the response body, after 5 bytes",
       sends("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")},
      {"resets_in_the_body", Kind::partial_body, true, "within the response body",
       [](RawConnection& connection) {
         connection.read_request();
         connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
         connection.reset();
       }},
      {"cuts_a_chunk_in_half", Kind::partial_body, true, "within the response body",
       sends(chunked + "a\r\nhello")},
      {"ends_between_chunks", Kind::partial_body, true, "within the response body",
       sends(chunked + "5\r\nhello\r\n")},
      {"malformed_chunk", Kind::protocol, false, "malformed chunked body",
       sends(chunked + "zz\r\nhello\r\n0\r\n\r\n")},
      {"garbage", Kind::protocol, false, "not an HTTP response", sends("\x16\x03\x01garbage\r\n\r\n")},
      {"old_http", Kind::protocol, false, "not an HTTP response", sends("<html>hello</html>")},
      {"wrong_length_text", Kind::protocol, false, "not an HTTP response",
       sends("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhello")},
      {"a_megabyte_of_headers", Kind::too_large, false, "response headers over the limit of 262144 bytes",
       sends(long_headers(1024, 1000))},
      {"one_header_of_a_megabyte", Kind::too_large, false, "header that is too long",
       sends(long_headers(1, std::size_t{1} << 20))},
      {"announces_too_much", Kind::too_large, false,
       "announces a response body of 2000000 bytes, over the limit of 1000000",
       sends("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\nhello")},
      {"sends_too_much", Kind::too_large, false, "response body over the limit of 1000000 bytes",
       sends("HTTP/1.1 200 OK\r\n\r\n" + std::string(1'100'000, 'x'))},
  };
}

class HttpFault : public ::testing::TestWithParam<Fault> {};

TEST_P(HttpFault, gives_a_typed_error) {
  const Fault& fault = GetParam();
  RawServer server = RawServer::per_connection(fault.handler);
  HttpClient client;
  const HttpRequest request{.method = "POST",
                            .url = "http://user:pass-word@" + server.where() + "/path?key=query-secret",
                            .headers = {{"Authorization", "Bearer token-secret"}},
                            .body = "body-secret",
                            .max_body_bytes = 1'000'000};
  const HttpError error = error_of(fetch(client, request));
  EXPECT_EQ(to_string(error.kind()), to_string(fault.kind)) << error.what();
  EXPECT_EQ(error.is_transient(), fault.is_transient) << error.what();
  EXPECT_THAT(error.what(), HasSubstr(fault.says));
  EXPECT_THAT(error.what(), HasSubstr(server.where()));
  EXPECT_THAT(error.describe(), Not(HasSubstr("secret")));
  EXPECT_THAT(error.describe(), Not(HasSubstr("pass-word")));
  EXPECT_THAT(error.describe(), Not(HasSubstr("/path")));
}

INSTANTIATE_TEST_SUITE_P(Servers, HttpFault, ::testing::ValuesIn(faults()),
                         [](const auto& fault) { return std::string(fault.param.name); });

TEST(HttpFaults, nobody_listens) {
  const int port = closed_port();
  HttpClient client;
  const HttpError error = error_of(fetch(client, {.url = "http://127.0.0.1:" + std::to_string(port)}));
  EXPECT_EQ(error.kind(), HttpErrorKind::connect);
  EXPECT_THAT(error.what(),
              HasSubstr("can not connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused"));
  EXPECT_TRUE(error.is_transient());
}

TEST(HttpFaults, no_such_host) {
  HttpClient client;
  const std::string host = std::string(70, 'x') + ".invalid";  // Too long a label for any name service.
  std::vector<std::future<Outcome>> outcomes;
  for (int i = 0; i < 50; ++i) outcomes.push_back(start(client, {.url = "http://" + host + "/"}));
  for (auto& outcome : outcomes) {
    const HttpError error = error_of(outcome.get());
    EXPECT_EQ(error.kind(), HttpErrorKind::resolve);
    EXPECT_THAT(error.what(), HasSubstr("can not resolve the host of " + host + ":80"));
  }
}

TEST(HttpFaults, more_body_than_announced_is_cut_there) {
  RawServer server =
      RawServer::per_connection(sends("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more"));
  HttpClient client;
  EXPECT_EQ(fetch(client, {.url = server.url()}).value().body, "hello");
}

TEST(HttpFaults, a_body_may_end_with_the_connection) {
  RawServer server = RawServer::per_connection(sends("HTTP/1.1 200 OK\r\n\r\nhello"));
  HttpClient client;
  EXPECT_EQ(fetch(client, {.url = server.url()}).value().body, "hello");
}

TEST(HttpFaults, a_server_that_hangs_meets_the_deadline) {
  RawServer server =
      RawServer::per_connection([](RawConnection& connection) { connection.wait_until_closed(); });
  HttpClient client;
  const Context context =
      Context().with_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(30));
  const HttpError error = error_of(fetch(client, {.url = server.url()}, context));
  EXPECT_EQ(error.kind(), HttpErrorKind::timeout);
  EXPECT_THAT(error.what(),
              HasSubstr("no complete response from " + server.where() + " before the deadline"));
  EXPECT_EQ(error.code(), Errc::execution_timeout);
}

TEST(HttpFaults, a_past_deadline_opens_no_connection) {
  HttpClient client;
  const Context context = Context().with_deadline(std::chrono::steady_clock::now());
  EXPECT_EQ(kind_of(fetch(client, {.url = "http://127.0.0.1:1/"}, context)), "timeout");
  EXPECT_EQ(client.stats().connections, 0u);
}

TEST(HttpFaults, a_server_that_falls_silent_meets_the_idle_timeout) {
  RawServer server = RawServer::per_connection([](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    connection.wait_until_closed();
  });
  HttpClient client;
  const HttpError error =
      error_of(fetch(client, {.url = server.url(), .idle_timeout = std::chrono::milliseconds(30)}));
  EXPECT_EQ(error.kind(), HttpErrorKind::timeout);
  EXPECT_THAT(error.what(), HasSubstr(server.where() + " sent nothing for 0.03 s"));
}

TEST(HttpFaults, a_handshake_that_hangs_meets_the_connect_timeout) {
  RawServer server =
      RawServer::per_connection([](RawConnection& connection) { connection.wait_until_closed(); });
  HttpClient client;
  const HttpError error = error_of(
      fetch(client, {.url = "https://" + server.where(), .connect_timeout = std::chrono::milliseconds(30)}));
  EXPECT_EQ(error.kind(), HttpErrorKind::timeout);
  EXPECT_THAT(error.what(), HasSubstr("no connection to " + server.where() + " within 0.03 s"));
}

TEST(HttpFaults, plain_text_where_tls_was_expected) {
  RawServer server = RawServer::per_connection([](RawConnection& connection) {
    connection.send(http_response("hello"));
    connection.wait_until_closed();
  });
  HttpClient client;
  EXPECT_EQ(kind_of(fetch(client, {.url = "https://" + server.where()})), "tls");
}

TEST(HttpFaults, a_handshake_that_is_cut_may_be_tried_again) {
  RawServer server = RawServer::per_connection([](RawConnection&) {});
  HttpClient client;
  EXPECT_EQ(kind_of(fetch(client, {.url = "https://" + server.where()})), "reset");
}

}  // namespace
}  // namespace ember::net
