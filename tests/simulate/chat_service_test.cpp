#include "simulate/chat_service.hpp"

#include <gmock/gmock.h>

#include <ember/error.hpp>
#include <ember/json.hpp>

#include <set>
#include <sstream>

#include "simulate/arithmetic_problem.hpp"

namespace ember::simulate {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::string chat_body(const std::string& model, const std::string& prompt,
                      const Value& more = Value::mapping({})) {
  const Value message = {{"role", "user"}, {"content", prompt}};
  return to_json(merge({{"model", model}, {"messages", list({message})}}, more));
}

struct Played {
  std::string text;
  std::vector<Duration> times;
};

Played play(Reply& reply) {
  Played played;
  while (const auto piece = reply.body->next()) {
    played.text += piece->bytes;
    played.times.push_back(piece->at);
  }
  return played;
}

Reply chat(ChatService& service, const std::string& model, const std::string& prompt,
           const Value& more = Value::mapping({})) {
  const std::string body = chat_body(model, prompt, more);
  return service.handle({"POST", "/v1/chat/completions", body});
}

Value json(Reply reply) {
  return parse_json(play(reply).text);
}
std::string content(Reply reply) {
  return json(std::move(reply))["choices"][0]["message"]["content"].string();
}
std::string error_code(Reply reply) {
  return json(std::move(reply))["error"]["code"].string();
}

ServiceOptions with_recordings() {
  std::istringstream lines(R"({"model":"old","prompt":"p","completion":"recorded text"})");
  ServiceOptions options;
  options.recordings = Recordings::read(lines, "answers.jsonl");
  return options;
}

TEST(ChatService, answers_in_the_shape_of_openai) {
  ChatService service({});
  Reply reply = chat(service, "any", "Hello you");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "application/json");
  const Played played = play(reply);
  EXPECT_EQ(reply.content_length, played.text.size());
  const Value answer = parse_json(played.text);
  EXPECT_EQ(answer["object"], Value("chat.completion"));
  EXPECT_EQ(answer["model"], Value("any"));
  EXPECT_EQ(answer["choices"][0]["finish_reason"], Value("stop"));
  EXPECT_EQ(answer["choices"][0]["message"], (Value{{"role", "assistant"}, {"content", "Echo: Hello you"}}));
  EXPECT_EQ(answer["usage"], (Value{{"prompt_tokens", 2}, {"completion_tokens", 4}, {"total_tokens", 6}}));
}

TEST(ChatService, streams_one_chunk_per_token_over_the_latency) {
  ChatService service({.latency = Latency::constant(60ms)});
  Reply reply = chat(service, "any", "Hi \"you\"",
                     {{"stream", true}, {"stream_options", Value{{"include_usage", true}}}});
  EXPECT_EQ(reply.content_type, "text/event-stream");
  EXPECT_FALSE(reply.content_length);
  const Played played = play(reply);
  EXPECT_THAT(played.text, EndsWith("\n\ndata: [DONE]\n\n"));
  std::istringstream lines(played.text);
  std::string text;
  std::vector<Value> chunks;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line == "data: [DONE]") continue;
    chunks.push_back(parse_json(line.substr(6)));
    EXPECT_EQ(chunks.back()["object"], Value("chat.completion.chunk"));
    if (chunks.back()["choices"].size() > 0) {
      text += chunks.back()["choices"][0]["delta"].get("content", "").string();
    }
  }
  EXPECT_EQ(text, "Echo: Hi \"you\"");
  ASSERT_EQ(chunks.size(), 9U);
  EXPECT_EQ(chunks[0]["choices"][0]["delta"]["role"], Value("assistant"));
  EXPECT_EQ(chunks[7]["choices"][0]["finish_reason"], Value("stop"));
  EXPECT_TRUE(chunks[7]["usage"].is_null());
  EXPECT_EQ(chunks[8]["usage"]["completion_tokens"], Value(6));
  ASSERT_EQ(played.times.size(), 8U);
  EXPECT_EQ(played.times.front(), 7500us);
  EXPECT_EQ(played.times.back(), 60ms);
}

TEST(ChatService, streams_no_usage_unless_asked) {
  ChatService service({});
  Reply reply = chat(service, "any", "Hi", {{"stream", true}});
  EXPECT_THAT(play(reply).text, testing::Not(HasSubstr("usage")));
}

TEST(ChatService, max_tokens_cut_a_synthetic_answer) {
  ChatService service({});
  const Value answer = json(chat(service, "any", "one two three", {{"max_tokens", 3}}));
  EXPECT_EQ(answer["choices"][0]["message"]["content"], Value("Echo: one"));
  EXPECT_EQ(answer["choices"][0]["finish_reason"], Value("length"));
  EXPECT_EQ(answer["usage"]["completion_tokens"], Value(3));
}

TEST(ChatService, recordings_answer_and_define_the_models) {
  ChatService service(with_recordings());
  EXPECT_EQ(content(chat(service, "old", "p", {{"max_tokens", 1}})), "recorded text");
  Reply unknown_prompt = chat(service, "old", "p?");
  EXPECT_EQ(unknown_prompt.status, 404);
  const Value error = json(std::move(unknown_prompt))["error"];
  EXPECT_EQ(error["message"], Value("no recording of model 'old' for the prompt 'p?'"));
  EXPECT_EQ(error["code"], Value("recording_not_found"));
  Reply unknown_model = chat(service, "new", "p");
  EXPECT_EQ(unknown_model.status, 404);
  EXPECT_EQ(error_code(std::move(unknown_model)), "model_not_found");
}

TEST(ChatService, synthetic_models_stand_beside_recorded_ones) {
  ServiceOptions options = with_recordings();
  options.models = {ModelProfile::parse("new:skill=0"), ModelProfile::parse("old:latency=30ms")};
  ChatService service(std::move(options));
  EXPECT_EQ(content(chat(service, "new", "p")), "Echo: p");
  Reply recorded = chat(service, "old", "p");
  EXPECT_EQ(play(recorded).times, std::vector<Duration>{30ms});
  const Value models = json(service.handle({"GET", "/v1/models", ""}));
  ASSERT_EQ(models["data"].size(), 2U);
  EXPECT_EQ(models["data"][0]["id"], Value("old"));
  EXPECT_EQ(models["data"][1]["id"], Value("new"));
}

TEST(ChatService, routes_say_what_they_take) {
  ChatService service({.models = {ModelProfile::parse("org/m")}});
  EXPECT_EQ(service.handle({"GET", "/v1/models?limit=5", ""}).status, 200);
  EXPECT_EQ(json(service.handle({"GET", "/v1/models/org/m", ""}))["id"], Value("org/m"));
  EXPECT_EQ(error_code(service.handle({"GET", "/v1/models/x", ""})), "model_not_found");
  Reply wrong_method = service.handle({"GET", "/v1/chat/completions", ""});
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_THAT(wrong_method.headers,
              testing::ElementsAre(std::pair<std::string, std::string>("Allow", "POST")));
  EXPECT_EQ(error_code(std::move(wrong_method)), "method_not_allowed");
  EXPECT_EQ(service.handle({"POST", "/stats", ""}).status, 405);
  Reply unknown = service.handle({"GET", "/v1/modelsx", ""});
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(error_code(std::move(unknown)), "unknown_route");
}

TEST(ChatService, latency_of_a_name_beats_that_of_its_profile_and_of_the_server) {
  ServiceOptions options;
  options.latency = Latency::constant(1ms);
  options.models = {ModelProfile::parse("a"), ModelProfile::parse("b:latency=2ms"),
                    ModelProfile::parse("c:latency=2ms")};
  options.model_latency["c"] = Latency::constant(3ms);
  ChatService service(std::move(options));
  for (const auto& [model, latency] : {std::pair("a", 1ms), std::pair("b", 2ms), std::pair("c", 3ms)}) {
    Reply reply = chat(service, model, "p");
    EXPECT_EQ(play(reply).times, std::vector<Duration>{latency}) << model;
  }
}

TEST(ChatService, refuses_settings_of_models_that_do_not_exist) {
  ServiceOptions options;
  options.models = {ModelProfile::parse("a")};
  options.model_latency["b"] = {};
  EXPECT_THAT([&] { ChatService service(options); },
              ThrowsMessage<InvalidArgumentError>(HasSubstr("model 'b'")));
  options.model_latency.clear();
  options.models.push_back(ModelProfile::parse("a"));
  EXPECT_THAT([&] { ChatService service(options); },
              ThrowsMessage<InvalidArgumentError>(HasSubstr("model 'a' is given twice")));
}

// What became of 40 prompts, each sent until it is answered.
std::vector<std::vector<int>> fates(std::uint64_t seed, bool backwards) {
  ServiceOptions options;
  options.seed = seed;
  options.failures.add("429=0.2,500=0.2,503=0.1,reset=0.1,cut=0.1");
  ChatService service(std::move(options));
  std::vector<std::vector<int>> all(40);
  for (int step = 0; step < 40; ++step) {
    const int prompt = backwards ? 39 - step : step;
    for (bool is_answered = false; !is_answered;) {
      const Reply reply = chat(service, "m", "prompt " + std::to_string(prompt));
      is_answered = reply.status == 200 && reply.end == ReplyEnd::complete;
      all[static_cast<std::size_t>(prompt)].push_back(reply.status * 10 + static_cast<int>(reply.end));
    }
  }
  return all;
}

TEST(ChatService, chance_depends_on_seed_prompt_and_attempt_only) {
  const auto first = fates(1, false);
  EXPECT_EQ(first, fates(1, true));
  EXPECT_NE(first, fates(2, false));
  std::set<int> kinds;
  for (const auto& fate : first) kinds.insert(fate.begin(), fate.end());
  EXPECT_EQ(kinds.size(), 6U) << "every kind of failure and success";
}

TEST(ChatService, answers_depend_on_model_and_request_seed) {
  ChatService service({.models = {ModelProfile::parse("a:skill=0.5"), ModelProfile::parse("b:skill=0.5")}});
  std::set<std::string> by_model;
  int differing_seeds = 0;
  for (const ArithmeticProblem& problem : generate_problems(30, 2)) {
    const std::string first = content(chat(service, "a", problem.question));
    EXPECT_EQ(first, content(chat(service, "a", problem.question)));
    by_model.insert(first);
    by_model.insert(content(chat(service, "b", problem.question)));
    if (first != content(chat(service, "a", problem.question, {{"seed", 5}}))) ++differing_seeds;
  }
  EXPECT_GT(by_model.size(), 35U);
  EXPECT_GT(differing_seeds, 5);
}

TEST(ChatService, too_many_requests_say_when_to_come_back) {
  ServiceOptions options;
  options.retry_after = 3;
  options.latency = Latency::constant(1s);
  options.failures.add("429=1");
  ChatService service(std::move(options));
  Reply reply = chat(service, "m", "p");
  EXPECT_EQ(reply.status, 429);
  EXPECT_THAT(reply.headers, testing::ElementsAre(std::pair<std::string, std::string>("Retry-After", "3")));
  const Played played = play(reply);
  EXPECT_EQ(played.times, std::vector<Duration>{0ms});
  EXPECT_EQ(parse_json(played.text)["error"]["type"], Value("rate_limit_error"));
}

TEST(ChatService, counts_what_happens) {
  ServiceOptions options;
  options.models = {ModelProfile::parse("a"), ModelProfile::parse("b")};
  ChatService service(std::move(options));
  {
    const Reply first = chat(service, "a", "p");
    Reply second = chat(service, "b", "p");
    const Value stats = json(service.handle({"GET", "/stats", ""}));
    EXPECT_EQ(stats["in_flight"], Value(2));
    EXPECT_EQ(stats["completions"].size(), 0U);
    first.call->delivered();
    second.call->abandoned();
  }
  for (int count = 0; count < 2; ++count) chat(service, "a", "p").call->delivered();
  chat(service, "x", "p");
  const Value stats = json(service.handle({"GET", "/stats", ""}));
  EXPECT_EQ(stats["requests"], Value(5));
  EXPECT_EQ(stats["completions"], (Value{{"a", 3}}));
  EXPECT_EQ(stats["repeated"], Value(2));
  EXPECT_EQ(stats["refused"], Value(1));
  EXPECT_EQ(stats["abandoned"], Value(1));
  EXPECT_EQ(stats["in_flight"], Value(0));
  EXPECT_EQ(stats["peak_in_flight"], Value(2));
  EXPECT_EQ(stats["tokens"], (Value{{"prompt", 3}, {"completion", 9}, {"total", 12}}));
}

TEST(ChatService, a_retried_failure_is_no_repeated_answer) {
  ServiceOptions options;
  options.failures.add("500=0.5");
  ChatService service(std::move(options));
  for (int prompt = 0; prompt < 20; ++prompt) {
    for (bool is_answered = false; !is_answered;) {
      const Reply reply = chat(service, "m", std::to_string(prompt));
      reply.call->delivered();
      is_answered = reply.status == 200;
    }
  }
  EXPECT_EQ(service.statistics().repeated, 0U);
  EXPECT_EQ(service.statistics().completions["m"], 20U);
  EXPECT_GT(service.statistics().failures[static_cast<std::size_t>(Failure::server_error)], 0U);
}

}  // namespace
}  // namespace ember::simulate
