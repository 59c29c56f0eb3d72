#include "simulate/chat_request.hpp"

#include <gmock/gmock.h>

#include "simulate/request_error.hpp"

namespace ember::simulate {
namespace {

using testing::HasSubstr;

TEST(ChatRequest, reads_the_last_user_message_and_counts_all) {
  const ChatRequest request = parse_chat_request(
      R"({"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"one"},
          {"role":"assistant","content":null},{"role":"user","content":[{"type":"text","text":"two "},
          {"type":"text","text":"three"}]}],"stream":true,"stream_options":{"include_usage":true},
          "max_tokens":7,"seed":-3,"temperature":1,"n":1,"user":"ignored","stop":null})");
  EXPECT_EQ(request.model, "m");
  EXPECT_EQ(request.prompt, "two three");
  EXPECT_EQ(request.prompt_tokens, 6U);
  EXPECT_TRUE(request.is_stream);
  EXPECT_TRUE(request.include_usage);
  EXPECT_EQ(request.max_tokens, 7U);
  EXPECT_EQ(request.seed, -3);
}

TEST(ChatRequest, null_options_are_not_set) {
  const ChatRequest request = parse_chat_request(
      R"({"model":"m","messages":[{"role":"user","content":""}],"stream":null,"stream_options":null,
          "max_tokens":null,"temperature":null,"n":null,"seed":null})");
  EXPECT_FALSE(request.is_stream);
  EXPECT_FALSE(request.max_tokens);
}

struct BadRequest {
  const char* body;
  const char* param;
  const char* code;
  const char* message;
};

class BadRequestTest : public testing::TestWithParam<BadRequest> {};

TEST_P(BadRequestTest, is_refused_with_status_400_and_the_field) {
  const BadRequest& bad = GetParam();
  try {
    parse_chat_request(bad.body);
    FAIL() << "accepted " << bad.body;
  } catch (const RequestError& error) {
    EXPECT_EQ(error.status, 400);
    EXPECT_EQ(error.type, "invalid_request_error");
    EXPECT_EQ(error.param, bad.param);
    EXPECT_EQ(error.code, bad.code);
    EXPECT_THAT(error.what(), HasSubstr(bad.message));
  }
}

#define USER R"("messages":[{"role":"user","content":"p"}])"

INSTANTIATE_TEST_SUITE_P(
    ChatRequest, BadRequestTest,
    testing::Values(
        BadRequest{"", "", "invalid_json", "not valid JSON: line 1"},
        BadRequest{"{\"model\":\n!", "", "invalid_json", "line 2, column 1"},
        BadRequest{"{\"model\":\"\xff\"}", "", "invalid_json", "not valid JSON"},
        BadRequest{"[]", "", "invalid_json", "must be a JSON object, found list"},
        BadRequest{"{" USER "}", "model", "missing_field", "missing required field 'model'"},
        BadRequest{R"({"model":7})", "model", "invalid_value", "'model'"},
        BadRequest{R"({"model":""})", "model", "invalid_value", "'model'"},
        BadRequest{R"({"model":"m"})", "messages", "missing_field", "missing required field 'messages'"},
        BadRequest{R"({"model":"m","messages":"p"})", "messages", "invalid_value",
                   "expected a list, found string"},
        BadRequest{R"({"model":"m","messages":[]})", "messages", "invalid_value", "role 'user'"},
        BadRequest{R"({"model":"m","messages":["p"]})", "messages[0]", "invalid_value", "expected a mapping"},
        BadRequest{R"({"model":"m","messages":[{"content":"p"}]})", "messages[0].role", "missing_field",
                   "messages[0].role"},
        BadRequest{R"({"model":"m","messages":[{"role":1}]})", "messages[0].role", "invalid_value",
                   "expected a string"},
        BadRequest{R"({"model":"m","messages":[{"role":"user"}]})", "messages[0].content", "missing_field",
                   "content"},
        BadRequest{R"({"model":"m","messages":[{"role":"user","content":null}]})", "messages[0].content",
                   "missing_field", "content"},
        BadRequest{R"({"model":"m","messages":[{"role":"user","content":7}]})", "messages[0].content",
                   "invalid_value", "found int"},
        BadRequest{R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url"}]}]})",
                   "messages[0].content[0]", "invalid_value", "found 'image_url'"},
        BadRequest{R"({"model":"m","messages":[{"role":"user","content":[7]}]})", "messages[0].content[0]",
                   "invalid_value", "'type'"},
        BadRequest{R"({"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]})",
                   "messages[0].content[0].text", "missing_field", "text"},
        BadRequest{R"({"model":"m",)" USER R"(,"stream":"yes"})", "stream", "invalid_value",
                   "expected a bool"},
        BadRequest{R"({"model":"m",)" USER R"(,"stream_options":1})", "stream_options", "invalid_value",
                   "mapping"},
        BadRequest{R"({"model":"m",)" USER R"(,"stream_options":{"include_usage":1}})",
                   "stream_options.include_usage", "invalid_value", "expected a bool"},
        BadRequest{R"({"model":"m",)" USER R"(,"max_tokens":0})", "max_tokens", "invalid_value",
                   "at least 1"},
        BadRequest{R"({"model":"m",)" USER R"(,"max_completion_tokens":1.5})", "max_completion_tokens",
                   "invalid_value", "at least 1"},
        BadRequest{R"({"model":"m",)" USER R"(,"temperature":2.5})", "temperature", "invalid_value",
                   "0 to 2"},
        BadRequest{R"({"model":"m",)" USER R"(,"temperature":"hot"})", "temperature", "invalid_value",
                   "0 to 2"},
        BadRequest{R"({"model":"m",)" USER R"(,"n":2})", "n", "invalid_value", "one choice"},
        BadRequest{R"({"model":"m",)" USER R"(,"seed":"x"})", "seed", "invalid_value", "integer"}));

#undef USER

}  // namespace
}  // namespace ember::simulate
