// Many connections at once.
#include <gtest/gtest.h>

#include <ember/json.hpp>

#include <memory>
#include <vector>

#include "simulate/loopback_client.hpp"
#include "simulate/loopback_server.hpp"

namespace ember::simulate {
namespace {

using namespace std::chrono_literals;

constexpr int connections = 1200;

class HttpLoadTest : public testing::TestWithParam<bool> {};

TEST_P(HttpLoadTest, holds_every_connection_until_its_answer) {
  const bool is_stream = GetParam();
  // Both ends of each connection are in this process.
  if (raise_open_file_limit() < 2 * connections + 100) GTEST_SKIP() << "too few open files are allowed here";
  // The latency is longer than sending the requests takes, so that they are in flight at once.
  const LoopbackServer server({.latency = Latency::constant(3s)});
  std::vector<std::unique_ptr<LoopbackClient>> clients;
  for (int index = 0; index < connections; ++index) {
    clients.push_back(std::make_unique<LoopbackClient>(server.port()));
  }
  for (int index = 0; index < connections; ++index) {
    clients[static_cast<std::size_t>(index)]->send_request(
        "POST", "/v1/chat/completions", chat_body("m", "number " + std::to_string(index), is_stream));
  }
  for (int index = 0; index < connections; ++index) {
    const Received received = clients[static_cast<std::size_t>(index)]->receive();
    ASSERT_EQ(received.status, 200);
    ASSERT_TRUE(received.is_complete);
    const std::string text = is_stream
                                 ? text_of_stream(received.body)
                                 : parse_json(received.body)["choices"][0]["message"]["content"].string();
    ASSERT_EQ(text, "Echo: number " + std::to_string(index));
  }
  const Value stats = server.stats();
  EXPECT_EQ(stats["completions"], (Value{{"m", connections}}));
  EXPECT_GE(stats["peak_connections"].integer(), connections);
  // Where sending takes long, the first have their answers before the last are sent.
  EXPECT_GT(stats["peak_in_flight"].integer(), connections / 2);
}

INSTANTIATE_TEST_SUITE_P(PlainAndStreamed, HttpLoadTest, testing::Bool());

}  // namespace
}  // namespace ember::simulate
