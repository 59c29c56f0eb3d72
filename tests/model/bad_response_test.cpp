// What becomes of servers that refuse, fail or answer nonsense: one typed error each, without prompt and key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/model.hpp>

#include "model/chat_server.hpp"
#include "model/response_error.hpp"

namespace ember {
namespace {

using namespace std::chrono_literals;
using testing::ChatServer;
using testing::Environment;
using testing::event_stream;
using ::testing::HasSubstr;
using testing::json_response;
using ::testing::Not;

struct BadResponse {
  const char* name;
  std::string response;
  int status;
  bool is_transient;
  const char* says;
};

std::string whole(std::string_view body) {
  return json_response(body);
}

std::vector<BadResponse> bad_responses() {
  const std::string echo =
      R"({"error":{"message":"bad: the secret prompt, key sk-private","type":"invalid_request_error","code":"bad_value"}})";
  return {
      {"bad_request", json_response(echo, "400 Bad Request"), 400, false, "invalid_request_error, bad_value"},
      {"unprocessable", json_response(echo, "422 Unprocessable"), 422, false, "not valid"},
      {"unauthorized", json_response(echo, "401 Unauthorized"), 401, false, "key was not accepted"},
      {"forbidden", json_response(echo, "403 Forbidden"), 403, false, "access was refused"},
      {"no_such_address", json_response("<html>", "404 Not Found"), 404, false, "base URL"},
      {"too_many", json_response(echo, "429 Too Many Requests"), 429, true, "too many requests"},
      {"no_quota", json_response(R"({"error":{"code":"insufficient_quota"}})", "429 Too Many Requests"), 429,
       false, "insufficient_quota"},
      {"server_error", json_response("oops", "500 Internal Server Error"), 500, true, "server failed"},
      {"unavailable", json_response("", "503 Service Unavailable"), 503, true, "server failed"},
      {"redirect", json_response("", "302 Found", "Location: http://elsewhere/\r\n"), 302, false,
       "unexpected"},
      {"empty_body", whole(""), 0, true, "found an empty one"},
      {"html", whole("<!doctype html><p>the secret prompt"), 0, false, "HTML"},
      {"garbage", whole("the secret prompt"), 0, false, "expected a JSON response"},
      {"half_json", whole(R"({"choices":[{"message":{"content":"the sec)"), 0, false,
       "expected a JSON response"},
      {"a_list", whole("[1]"), 0, false, "expected a JSON object"},
      {"no_choices", whole("{}"), 0, false, "'choices'"},
      {"choices_is_text", whole(R"({"choices":"x"})"), 0, false, "'choices'"},
      {"empty_choices", whole(R"({"choices":[]})"), 0, false, "found none"},
      {"choice_is_number", whole(R"({"choices":[1]})"), 0, false, "mapping"},
      {"no_message", whole(R"({"choices":[{}]})"), 0, false, "'message'"},
      {"content_is_number", whole(R"({"choices":[{"message":{"content":5}}]})"), 0, false, "'content'"},
      {"error_with_status_200", whole(echo), 0, false, "reports an error (invalid_request_error"},
      {"invalid_utf8", whole("{\"choices\":[{\"message\":{\"content\":\"\xff\xfe\"}}]}"), 0, false, "JSON"},
      {"cut_body", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\n{\"choices\"", 0, true,
       "127.0.0.1"},
      {"half_a_chunk",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n40\r\n{\"cho", 0, true,
       "127.0.0.1"},
      {"no_http", "the secret prompt\r\n\r\nConnection: close", 0, false, "127.0.0.1"},
  };
}

class Refused : public ::testing::TestWithParam<BadResponse> {};

TEST_P(Refused, with_a_typed_error_that_keeps_secrets) {
  const BadResponse& bad = GetParam();
  const Environment key("OPENAI_API_KEY", "sk-private");
  const ChatServer server(bad.response);
  const Model model("openai:llama", {.base_url = server.base_url(), .retry = RetryPolicy{.max_attempts = 1}});
  try {
    (void)model.complete("the secret prompt");
    FAIL() << "accepted";
  } catch (const ProviderAPIError& error) {
    EXPECT_EQ(error.status(), bad.status);
    EXPECT_EQ(error.is_transient(), bad.is_transient) << error.what();
    EXPECT_THAT(error.what(), HasSubstr("Model 'openai:llama'"));
    EXPECT_THAT(error.what(), HasSubstr(bad.says));
    EXPECT_THAT(error.describe(), Not(HasSubstr("secret")));
    EXPECT_THAT(error.describe(), Not(HasSubstr("sk-private")));
  }
}

INSTANTIATE_TEST_SUITE_P(Responses, Refused, ::testing::ValuesIn(bad_responses()),
                         [](const auto& instance) { return std::string(instance.param.name); });

struct BadStream {
  const char* name;
  std::string events;
  bool is_transient;
  const char* says;
};

class RefusedStream : public ::testing::TestWithParam<BadStream> {};

TEST_P(RefusedStream, with_a_typed_error) {
  const BadStream& bad = GetParam();
  const ChatServer server(event_stream(bad.events));
  const Model model("openai:llama", {.base_url = server.base_url(), .retry = RetryPolicy{.max_attempts = 1}});
  auto stream = model.stream("the secret prompt");
  try {
    (void)stream.completion();
    FAIL() << "accepted";
  } catch (const ProviderAPIError& error) {
    EXPECT_EQ(error.is_transient(), bad.is_transient) << error.what();
    EXPECT_THAT(error.what(), HasSubstr("Model 'openai:llama'"));
    EXPECT_THAT(error.what(), HasSubstr(bad.says));
    EXPECT_THAT(error.describe(), Not(HasSubstr("secret")));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Streams, RefusedStream,
    ::testing::ValuesIn(std::vector<BadStream>{
        {"nothing", "", true, "ended before"},
        {"cut", "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n", true, "ended before"},
        {"cut_within_an_event", "data: {\"choices\":[{\"del", true, "ended before"},
        {"garbage", "data: the secret prompt\n\n", false, "expected a JSON response"},
        {"wrong_type", "data: {\"choices\":[{\"delta\":{\"content\":5}}]}\n\n", false, "'content'"},
        {"reported", "data: {\"error\":{\"type\":\"server_error\",\"message\":\"the secret prompt\"}}\n\n",
         true, "server_error"},
    }),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(BadServer, unknown_model_is_not_found) {
  const ChatServer server(json_response(R"({"error":{"code":"model_not_found"}})", "404 Not Found"));
  try {
    (void)Model("openai:gpt-9", {.base_url = server.base_url()}).complete("p");
    FAIL();
  } catch (const ModelNotFoundError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Model 'gpt-9' not found from provider 'openai'"));
  }
}

TEST(BadServer, unreachable_host_is_transient) {
  const std::string url = "http://127.0.0.1:" + std::to_string(testing::closed_port()) + "/v1";
  const Model model(
      "openai:llama",
      {.base_url = url, .retry = RetryPolicy{.max_attempts = 2, .min_wait = 0s, .max_wait = 0s}});
  try {
    (void)model.complete("the secret prompt");
    FAIL();
  } catch (const ProviderAPIError& error) {
    EXPECT_TRUE(error.is_transient());
    EXPECT_EQ(error.status(), 0);
    EXPECT_THAT(error.describe(), Not(HasSubstr("secret")));
  }
}

TEST(BadServer, base_url_that_is_none_is_a_configuration_error) {
  EXPECT_THROW((void)Model("openai:llama", {.base_url = "localhost:8000"}).complete("p"),
               ProviderConfigError);
}

TEST(BadPrompt, is_refused_before_anything_is_sent) {
  const Model model("openai:llama", {.base_url = "http://127.0.0.1:1/v1"});
  EXPECT_THROW((void)model.complete(""), InvalidPromptError);
  EXPECT_THROW((void)model.complete("\xff\xfe"), InvalidPromptError);
  EXPECT_THROW((void)model.complete("p", {.provider = {{"messages", "x"}}}), InvalidArgumentError);
}

TEST(RetryAfter, is_read_in_every_form) {
  const auto seconds = [](std::string_view value, const char* date = nullptr) {
    net::HttpResponse response;
    response.headers.emplace_back("retry-after", value);
    if (date) response.headers.emplace_back("date", date);
    return model::retry_after_seconds(response);
  };
  EXPECT_EQ(seconds("3"), "3");
  EXPECT_EQ(seconds("0.5"), "0.5");
  EXPECT_EQ(seconds("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT"), "30");
  EXPECT_EQ(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), "0");
  EXPECT_EQ(seconds("soon"), "");
  EXPECT_EQ(seconds("-5"), "");
  EXPECT_EQ(seconds(""), "");
  EXPECT_EQ(model::retry_after_seconds({}), "");
  net::HttpResponse fine;
  fine.headers = {{"retry-after", "9"}, {"retry-after-ms", "250"}};
  EXPECT_EQ(std::stod(model::retry_after_seconds(fine)), 0.25);
}

}  // namespace
}  // namespace ember
