// The anthropic provider against a real server on loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/json.hpp>
#include <ember/model.hpp>

#include "model/chat_server.hpp"

namespace ember {
namespace {

using testing::body_of;
using testing::ChatServer;
using testing::Environment;
using testing::event_stream;
using ::testing::HasSubstr;
using testing::json_response;

constexpr auto answer =
    R"({"type":"message","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Hi "},)"
    R"({"type":"text","text":"there"}],"stop_reason":"end_turn","usage":{"input_tokens":2000,"output_tokens":1000}})";

TEST(Anthropic, asks_with_key_and_system_text_and_reads_the_answer) {
  const ChatServer server(json_response(answer));
  const std::string url = server.root_url();
  const Environment base("ANTHROPIC_BASE_URL", url.c_str());
  const Environment key("ANTHROPIC_API_KEY", "secret-key");
  const Model model("claude-3-5-sonnet-20241022", {.temperature = 0.5, .context = "Be kind"});
  const Completion completion = model.complete(std::vector<Message>{{Role::user, "Hello"},
                                                                    {Role::assistant, "Yes?"},
                                                                    {Role::system, "In English"},
                                                                    {Role::user, "Say hi"}});
  EXPECT_EQ(completion.text, "Hi there");
  EXPECT_EQ(completion.finish_reason, "end_turn");
  EXPECT_EQ(completion.usage.total_tokens, 3000);
  EXPECT_DOUBLE_EQ(completion.usage.cost_usd, 0.021);
  const std::string request = server.requests().front();
  EXPECT_THAT(request, HasSubstr("POST /v1/messages HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("x-api-key: secret-key\r\n"));
  EXPECT_THAT(request, HasSubstr("anthropic-version: 2023-06-01\r\n"));
  const Value expected = {{"model", "claude-3-5-sonnet-20241022"},
                          {"max_tokens", 4096},
                          {"messages", list({Value{{"role", "user"}, {"content", "Hello"}},
                                             Value{{"role", "assistant"}, {"content", "Yes?"}},
                                             Value{{"role", "user"}, {"content", "Say hi"}}})},
                          {"system", "Be kind\n\nIn English"},
                          {"temperature", 0.5}};
  EXPECT_EQ(parse_json(body_of(request)), expected);
}

TEST(Anthropic, default_server_needs_its_key) {
  const Environment base("ANTHROPIC_BASE_URL", "");
  const Environment key("ANTHROPIC_API_KEY", "");
  try {
    (void)Model("anthropic:claude-3-opus").complete("p");
    FAIL();
  } catch (const ProviderConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("ANTHROPIC_API_KEY"));
  }
}

TEST(Anthropic, parameter_that_the_service_lacks_is_refused) {
  const Model model("anthropic:claude-3-opus", {.base_url = "http://127.0.0.1:1"});
  EXPECT_THROW((void)model.complete("p", {.seed = 1}), InvalidArgumentError);
}

TEST(Anthropic, streamed_pieces_and_usage_arrive) {
  const ChatServer server(event_stream(
      "event: message_start\ndata: "
      "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":7}}}\n\n"
      "event: ping\ndata: {\"type\":\"ping\"}\n\n"
      "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi \"}}\n\n"
      "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"there\"}}\n\n"
      "data: "
      "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":2}}"
      "\n\n"
      "data: {\"type\":\"message_stop\"}\n\n"));
  auto stream = Model("anthropic:claude-3-opus", {.base_url = server.root_url()}).stream("p");
  std::vector<std::string> pieces;
  for (auto& piece : stream) pieces.push_back(piece.text);
  EXPECT_EQ(pieces, (std::vector<std::string>{"Hi ", "there"}));
  EXPECT_EQ(stream.completion().usage.prompt_tokens, 7);
  EXPECT_EQ(stream.completion().usage.total_tokens, 9);
  EXPECT_EQ(stream.completion().finish_reason, "end_turn");
}

TEST(Anthropic, overload_within_a_stream_is_transient) {
  const ChatServer server(
      event_stream("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n"));
  auto stream = Model("anthropic:claude-3-opus",
                      {.base_url = server.root_url(), .retry = RetryPolicy{.max_attempts = 1}})
                    .stream("p");
  try {
    (void)stream.completion();
    FAIL();
  } catch (const ProviderAPIError& error) {
    EXPECT_TRUE(error.is_transient());
    EXPECT_THAT(error.what(), HasSubstr("overloaded_error"));
  }
}

TEST(Anthropic, answer_without_content_is_refused) {
  const ChatServer server(json_response(R"({"type":"message"})"));
  EXPECT_THROW((void)Model("anthropic:claude-3-opus", {.base_url = server.root_url()}).complete("p"),
               ProviderAPIError);
}

}  // namespace
}  // namespace ember
