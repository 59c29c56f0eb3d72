// Every kind of injected failure as a client meets it.
#include <gmock/gmock.h>

#include <ember/json.hpp>

#include "simulate/loopback_client.hpp"
#include "simulate/loopback_server.hpp"

namespace ember::simulate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

ServiceOptions always(const char* kind) {
  ServiceOptions options;
  options.failures.add(std::string(kind) + "=1");
  return options;
}

class StatusFailureTest : public testing::TestWithParam<int> {};

TEST_P(StatusFailureTest, comes_with_an_error_body_and_is_counted) {
  const std::string kind = std::to_string(GetParam());
  const LoopbackServer server(always(kind.c_str()));
  for (const bool is_stream : {false, true}) {
    const Received received = chat(server.port(), "m", "Hi", is_stream);
    EXPECT_EQ(received.status, GetParam());
    EXPECT_TRUE(received.is_complete);
    EXPECT_TRUE(parse_json(received.body)["error"]["message"].is_string());
    EXPECT_EQ(received.headers.count("retry-after"), GetParam() == 429 ? 1U : 0U);
  }
  const Value stats = server.stats();
  EXPECT_EQ(stats["failures"][kind], Value(2));
  EXPECT_EQ(stats["completions"].size(), 0U);
  EXPECT_EQ(stats["in_flight"], Value(0));
}

INSTANTIATE_TEST_SUITE_P(HttpFailure, StatusFailureTest, testing::Values(429, 500, 503));

TEST(HttpFailure, reset_shows_as_a_connection_reset) {
  const LoopbackServer server(always("reset"));
  const Received received = chat(server.port(), "m", "Hi");
  EXPECT_EQ(received.status, 0);
  EXPECT_TRUE(received.is_reset);
  EXPECT_EQ(server.stats()["failures"]["reset"], Value(1));
}

TEST(HttpFailure, cut_announces_more_than_it_sends) {
  const LoopbackServer server(always("cut"));
  const Received received = chat(server.port(), "m", "Hi");
  EXPECT_EQ(received.status, 200);
  EXPECT_FALSE(received.is_complete);
  EXPECT_FALSE(received.is_reset);
  EXPECT_EQ(received.body.size(), std::stoul(received.headers.at("content-length")) / 2);
}

TEST(HttpFailure, a_cut_stream_never_ends) {
  const LoopbackServer server(always("cut"));
  const Received received = chat(server.port(), "m", "one two three four", true);
  EXPECT_EQ(received.status, 200);
  EXPECT_FALSE(received.is_complete);
  EXPECT_THAT(received.body, HasSubstr("Echo"));
  EXPECT_THAT(received.body, testing::Not(HasSubstr("four")));
  EXPECT_EQ(server.stats()["completions"].size(), 0U);
}

TEST(HttpFailure, drip_delivers_everything_in_small_pieces) {
  const LoopbackServer server(always("drip"));
  for (const bool is_stream : {false, true}) {
    const Received received = chat(server.port(), "m", "Hi", is_stream);
    EXPECT_EQ(received.status, 200);
    EXPECT_TRUE(received.is_complete);
    EXPECT_THAT(received.body, HasSubstr("Hi"));
    EXPECT_GT(received.reads, 20);
  }
  EXPECT_EQ(server.stats()["completions"], (Value{{"m", 2}}));
}

TEST(HttpFailure, a_retry_can_succeed) {
  ServiceOptions options;
  options.failures.add("429=0.2,500=0.2,503=0.1,reset=0.1,cut=0.1,drip=0.1");
  options.drip_interval = 1us;
  const LoopbackServer server(std::move(options));
  for (int prompt = 0; prompt < 20; ++prompt) {
    Received received;
    do {
      received = chat(server.port(), "m", "prompt " + std::to_string(prompt));
    } while (received.status != 200 || !received.is_complete);
    EXPECT_THAT(received.body, HasSubstr("Echo: prompt " + std::to_string(prompt)));
  }
  const Value stats = server.stats();
  EXPECT_EQ(stats["completions"], (Value{{"m", 20}}));
  EXPECT_EQ(stats["repeated"], Value(0));
  EXPECT_GT(stats["requests"].integer(), 20);
}

}  // namespace
}  // namespace ember::simulate
