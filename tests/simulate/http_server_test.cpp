#include "simulate/http_server.hpp"

#include <gmock/gmock.h>

#include <ember/error.hpp>
#include <ember/json.hpp>

#include <memory>

#include "simulate/loopback_client.hpp"
#include "simulate/loopback_server.hpp"

namespace ember::simulate {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(HttpServer, answers_plain_and_keeps_the_connection) {
  const LoopbackServer server;
  LoopbackClient client(server.port());
  for (int count = 0; count < 3; ++count) {
    client.send_request("POST", "/v1/chat/completions", chat_body("m", "Hi"));
    const Received received = client.receive();
    EXPECT_EQ(received.status, 200);
    EXPECT_TRUE(received.is_complete);
    EXPECT_EQ(received.headers.at("content-type"), "application/json");
    EXPECT_EQ(parse_json(received.body)["choices"][0]["message"]["content"], Value("Echo: Hi"));
  }
  const Value stats = server.stats();
  EXPECT_EQ(stats["accepted_connections"], Value(2));
  EXPECT_EQ(stats["completions"], (Value{{"m", 3}}));
}

TEST(HttpServer, streams_in_chunks_and_keeps_the_connection) {
  const LoopbackServer server({.latency = Latency::constant(20ms)});
  LoopbackClient client(server.port());
  for (int count = 0; count < 2; ++count) {
    client.send_request("POST", "/v1/chat/completions", chat_body("m", "Hi there", true));
    const Received received = client.receive();
    EXPECT_EQ(received.status, 200);
    EXPECT_EQ(received.headers.at("content-type"), "text/event-stream");
    EXPECT_TRUE(received.is_complete);
    EXPECT_THAT(received.body, EndsWith("data: [DONE]\n\n"));
    EXPECT_EQ(text_of_stream(received.body), "Echo: Hi there");
  }
}

TEST(HttpServer, answers_requests_that_come_before_the_last_answer) {
  const LoopbackServer server({.latency = Latency::constant(5ms)});
  LoopbackClient client(server.port());
  for (int count = 0; count < 3; ++count) {
    client.send_request("POST", "/v1/chat/completions", chat_body("m", std::to_string(count)));
  }
  for (int count = 0; count < 3; ++count) {
    EXPECT_THAT(client.receive().body, HasSubstr("Echo: " + std::to_string(count)));
  }
}

TEST(HttpServer, takes_a_body_in_chunks_and_says_continue) {
  const LoopbackServer server;
  LoopbackClient client(server.port());
  const std::string body = chat_body("m", "Hi");
  client.send(
      "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: "
      "100-continue\r\n\r\n");
  client.send("a\r\n" + body.substr(0, 10) + "\r\n");
  for (const char byte : body.substr(10)) client.send(std::string("1\r\n") + byte + "\r\n");
  client.send("0\r\n\r\n");
  EXPECT_THAT(client.receive().body, HasSubstr("Echo: Hi"));
}

TEST(HttpServer, closes_when_the_client_asks) {
  const LoopbackServer server;
  LoopbackClient client(server.port());
  client.send_request("GET", "/v1/models", {}, "Connection: close\r\n");
  const Received received = client.receive();
  EXPECT_EQ(received.status, 200);
  EXPECT_EQ(received.headers.at("connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpServer, serves_http_1_0_without_chunks) {
  const LoopbackServer server;
  LoopbackClient client(server.port());
  const std::string body = chat_body("m", "Hi", true);
  client.send("POST /v1/chat/completions HTTP/1.0\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + body);
  const Received received = client.receive();
  EXPECT_EQ(received.headers.count("transfer-encoding"), 0U);
  EXPECT_EQ(text_of_stream(received.body), "Echo: Hi");
  EXPECT_TRUE(received.is_complete);
}

TEST(HttpServer, answers_head_without_a_body) {
  const LoopbackServer server;
  LoopbackClient client(server.port());
  client.send_request("HEAD", "/stats");
  client.send_request("GET", "/nowhere");
  EXPECT_EQ(client.receive().status, 405);
}

TEST(HttpServer, refuses_what_is_not_http) {
  const LoopbackServer server;
  LoopbackClient client(server.port());
  client.send("\x16\x03\x01 hello, this is TLS\r\n\r\n");
  const Received received = client.receive();
  EXPECT_EQ(received.status, 400);
  EXPECT_EQ(parse_json(received.body)["error"]["code"], Value("malformed_request"));
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpServer, refuses_large_bodies_and_still_delivers_the_reply) {
  const LoopbackServer server({}, {.most_body_bytes = 1000});
  for (const bool is_chunked : {false, true}) {
    LoopbackClient client(server.port());
    if (is_chunked) {
      client.send(
          "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n");
      client.send(std::string(1001, 'x') + "\r\n0\r\n\r\n");
    } else {
      client.send_request("POST", "/v1/chat/completions", std::string(200'000, 'x'));
    }
    const Received received = client.receive();
    EXPECT_EQ(received.status, 413);
    EXPECT_EQ(parse_json(received.body)["error"]["message"], Value("the body is larger than 1000 bytes"));
    EXPECT_TRUE(client.is_closed());
  }
}

TEST(HttpServer, refuses_large_headers) {
  const LoopbackServer server;
  LoopbackClient client(server.port());
  client.send_request("GET", "/stats", {}, "X-Long: " + std::string(100'000, 'x') + "\r\n");
  EXPECT_EQ(client.receive().status, 431);
}

TEST(HttpServer, survives_clients_that_stop_in_the_middle) {
  const LoopbackServer server;
  for (const char* start :
       {"", "POST /v1", "POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 100\r\n\r\n{\"mod"}) {
    const LoopbackClient client(server.port());
    client.send(start);
  }
  EXPECT_EQ(chat(server.port(), "m", "Hi").status, 200);
}

TEST(HttpServer, notices_clients_that_do_not_wait) {
  const LoopbackServer server({.latency = Latency::constant(1h)});
  for (const bool is_stream : {false, true}) {
    LoopbackClient client(server.port());
    client.send_request("POST", "/v1/chat/completions", chat_body("m", "Hi", is_stream));
    while (server.stats()["in_flight"] == Value(0)) continue;
    client.close();
    while (server.stats()["in_flight"] != Value(0)) continue;
  }
  EXPECT_EQ(server.stats()["abandoned"], Value(2));
  EXPECT_EQ(server.stats()["completions"].size(), 0U);
}

TEST(HttpServer, says_why_it_can_not_listen) {
  const LoopbackServer server;
  ChatService service({});
  EXPECT_THAT(
      [&] { HttpServer second(service, {.port = server.port()}); },
      ThrowsMessage<DataError>(HasSubstr("can not listen on 127.0.0.1:" + std::to_string(server.port()))));
  EXPECT_THAT([&] { HttpServer second(service, {.host = "nowhere"}); },
              ThrowsMessage<InvalidArgumentError>(HasSubstr("'nowhere' is not an address")));
}

TEST(HttpServer, stops_with_requests_in_flight) {
  std::unique_ptr<LoopbackClient> client;
  {
    const LoopbackServer server({.latency = Latency::constant(1h)});
    client = std::make_unique<LoopbackClient>(server.port());
    client->send_request("POST", "/v1/chat/completions", chat_body("m", "Hi"));
    while (server.stats()["in_flight"] == Value(0)) continue;
  }
  EXPECT_TRUE(client->is_closed());
}

}  // namespace
}  // namespace ember::simulate
