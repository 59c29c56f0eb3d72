// The openai provider against a real server on loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/json.hpp>
#include <ember/model.hpp>
#include <ember/providers.hpp>

#include "model/chat_server.hpp"

namespace ember {
namespace {

using namespace std::chrono_literals;
using testing::body_of;
using testing::ChatServer;
using testing::Environment;
using testing::event_stream;
using ::testing::HasSubstr;
using testing::json_response;
using ::testing::Not;

constexpr auto answer =
    R"({"choices":[{"message":{"role":"assistant","content":"Hi there"},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500}})";

const RetryPolicy at_once{.max_attempts = 3, .min_wait = 0s, .max_wait = 0s};

TEST(OpenAI, asks_with_key_and_parameters_and_reads_the_answer) {
  const ChatServer server(json_response(answer));
  const std::string url = server.base_url() + "/";
  const Environment base("OPENAI_BASE_URL", url.c_str());
  const Environment key("OPENAI_API_KEY", "sk-test-key");
  const Model model("gpt-4o-mini", {.temperature = 0.2, .max_tokens = 64, .context = "Be kind"});
  const Completion completion = model.complete(
      "Say \"hi\"",
      {.top_p = 0.5, .stop = std::vector<std::string>{"END"}, .seed = 7, .provider = {{"user", "someone"}}});
  EXPECT_EQ(completion.text, "Hi there");
  EXPECT_EQ(completion.model_id, "openai:gpt-4o-mini");
  EXPECT_EQ(completion.finish_reason, "stop");
  EXPECT_EQ(completion.usage.total_tokens, 1500);
  EXPECT_DOUBLE_EQ(completion.usage.cost_usd, 0.00045);
  ASSERT_EQ(server.requests().size(), 1U);
  const std::string request = server.requests().front();
  EXPECT_THAT(request, HasSubstr("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Authorization: Bearer sk-test-key\r\n"));
  const Value expected = {{"model", "gpt-4o-mini"},
                          {"messages", list({Value{{"role", "system"}, {"content", "Be kind"}},
                                             Value{{"role", "user"}, {"content", "Say \"hi\""}}})},
                          {"temperature", 0.2},
                          {"max_tokens", 64},
                          {"top_p", 0.5},
                          {"stop", list({"END"})},
                          {"seed", 7},
                          {"user", "someone"}};
  EXPECT_EQ(parse_json(body_of(request)), expected);
}

TEST(OpenAI, newer_models_get_the_new_name_of_the_limit) {
  const ChatServer server(json_response(answer));
  (void)Model("openai:o3-mini", {.max_tokens = 5, .base_url = server.base_url()}).complete("p");
  const Value body = parse_json(body_of(server.requests().front()));
  EXPECT_EQ(body.get("max_completion_tokens"), Value(5));
  EXPECT_FALSE(body.has("max_tokens"));
}

TEST(OpenAI, local_server_needs_no_key) {
  const Environment key("OPENAI_API_KEY", "");
  const ChatServer server(json_response(answer));
  EXPECT_EQ(Model("openai:llama", {.base_url = server.base_url()}).complete("p").text, "Hi there");
  EXPECT_THAT(server.requests().front(), Not(HasSubstr("Authorization")));
}

TEST(OpenAI, default_server_needs_its_key) {
  const Environment base("OPENAI_BASE_URL", "");
  const Environment key("OPENAI_API_KEY", "");
  try {
    (void)Model("openai:gpt-4o").complete("p");
    FAIL();
  } catch (const ProviderConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("OPENAI_API_KEY"));
  }
}

TEST(OpenAI, named_variable_holds_the_key_of_another_server) {
  const ChatServer server(json_response(answer));
  const Model model("openai:llama", {.base_url = server.base_url(), .api_key_env = "EMBER_TEST_KEY"});
  EXPECT_THROW((void)model.complete("p"), ProviderConfigError);
  const Environment key("EMBER_TEST_KEY", "other-key");
  (void)model.complete("p");
  EXPECT_THAT(server.requests().front(), HasSubstr("Bearer other-key\r\n"));
}

TEST(OpenAI, key_that_can_not_be_sent_is_refused_without_showing_it) {
  const Environment key("OPENAI_API_KEY", "sk-secret\r\nX-Evil: 1");
  try {
    (void)Model("openai:gpt-4o").complete("p");
    FAIL();
  } catch (const ProviderConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("OPENAI_API_KEY"));
    EXPECT_THAT(error.describe(), Not(HasSubstr("secret")));
  }
}

TEST(OpenAI, usage_may_be_missing) {
  const ChatServer server(json_response(R"({"choices":[{"message":{"content":"ok"}}]})"));
  const Completion completion = Model("openai:llama", {.base_url = server.base_url()}).complete("p");
  EXPECT_EQ(completion.text, "ok");
  EXPECT_EQ(completion.usage, UsageStats());
}

TEST(OpenAI, transient_failures_are_repeated) {
  const ChatServer server([](const std::string&, std::size_t earlier) -> std::string {
    if (earlier == 0) return json_response("{}", "429 Too Many Requests", "Retry-After: 0\r\n");
    if (earlier == 1)
      return "HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{\"choices\"";
    return json_response(answer);
  });
  const Completion completion =
      Model("openai:llama", {.base_url = server.base_url(), .retry = at_once}).complete("p");
  EXPECT_EQ(completion.text, "Hi there");
  EXPECT_EQ(completion.attempts, 3);
}

TEST(OpenAI, streamed_pieces_and_usage_arrive) {
  const ChatServer server(
      event_stream("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"
                   "data: {\"choices\":[{\"delta\":{\"content\":\"Hi \"}}]}\n\n"
                   ": comment\n\n"
                   "data: {\"choices\":[{\"delta\":{\"content\":\"there\"},\"finish_reason\":null}]}\n\n"
                   "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                   "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,"
                   "\"total_tokens\":5}}\n\n"
                   "data: [DONE]\n\n"));
  auto stream = Model("openai:llama", {.base_url = server.base_url()}).stream("p");
  std::vector<std::string> pieces;
  for (auto& piece : stream) pieces.push_back(piece.text);
  EXPECT_EQ(pieces, (std::vector<std::string>{"Hi ", "there"}));
  EXPECT_EQ(stream.completion().text, "Hi there");
  EXPECT_EQ(stream.completion().usage.total_tokens, 5);
  EXPECT_EQ(stream.completion().finish_reason, "stop");
  const Value body = parse_json(body_of(server.requests().front()));
  EXPECT_EQ(body.get("stream"), Value(true));
  EXPECT_EQ(body["stream_options"].get("include_usage"), Value(true));
}

TEST(OpenAI, server_that_does_not_stream_answers_in_one_piece) {
  const ChatServer server(json_response(answer));
  auto stream = Model("openai:llama", {.base_url = server.base_url()}).stream("p");
  std::string text;
  for (auto& piece : stream) text += piece.text;
  EXPECT_EQ(text, "Hi there");
  EXPECT_EQ(stream.completion().usage.total_tokens, 1500);
}

TEST(OpenAI, stream_cut_before_the_first_piece_is_repeated) {
  const ChatServer server([](const std::string&, std::size_t earlier) {
    return event_stream(earlier == 0
                            ? "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"
                            : "data: {\"choices\":[{\"delta\":{\"content\":\"ok\"}}]}\n\ndata: [DONE]\n\n");
  });
  auto stream = Model("openai:llama", {.base_url = server.base_url(), .retry = at_once}).stream("p");
  EXPECT_EQ(stream.completion().text, "ok");
  EXPECT_EQ(stream.completion().attempts, 2);
}

TEST(OpenAI, deadline_ends_a_call_that_hangs) {
  const ChatServer server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  const Context context(Clock::real(), time_after(Clock::real()->now(), 50ms), {});
  const ContextScope scope(context);
  try {
    (void)Model("openai:llama", {.base_url = server.base_url()}).complete("p");
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_EQ(error.code(), Errc::execution_timeout);
  }
}

TEST(OpenAI, timeout_of_an_attempt_is_repeated) {
  const ChatServer server([](const std::string&, std::size_t earlier) {
    return earlier == 0 ? std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") : json_response(answer);
  });
  const Model model("openai:llama",
                    {.timeout = 200ms,
                     .base_url = server.base_url(),
                     .retry = RetryPolicy{.max_attempts = 50, .min_wait = 0s, .max_wait = 0s}});
  EXPECT_GE(model.complete("p").attempts, 2);
}

TEST(OpenAI, models_are_discovered_once) {
  const ChatServer server(json_response(R"({"data":[{"id":"small"},{"id":"large"}]})"));
  ModelRegistry registry;
  registry.register_provider(make_openai_provider({.base_url = server.base_url()}));
  registry.register_model({"openai:small", std::nullopt, nullptr});
  EXPECT_EQ(registry.discover(), std::vector<std::string>{"openai:large"});
  EXPECT_EQ(registry.discover(), std::vector<std::string>{"openai:large"});
  EXPECT_EQ(registry.list_ids(), (std::vector<std::string>{"openai:large", "openai:small"}));
  EXPECT_EQ(registry.resolve("large"), "openai:large");
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(server.requests().front(), HasSubstr("GET /v1/models "));
}

}  // namespace
}  // namespace ember
