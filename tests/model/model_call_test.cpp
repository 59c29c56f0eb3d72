// Calls, their repetitions and their ends, in virtual time.
#include <future>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/model.hpp>

#include "model/scripted_provider.hpp"
#include "support/manual_clock.hpp"

namespace ember {

struct Verdict {
  std::string text;
  double confidence = 0;
};
EMBER_FIELDS(Verdict, text, confidence)

namespace {

using namespace std::chrono_literals;
using testing::failing_first;
using ::testing::HasSubstr;
using testing::ManualClock;
using ::testing::Not;
using testing::ScriptedProvider;

const ProviderAPIError busy("Model 'dummy:a': HTTP status 503", 503, true);

class ModelCall : public ::testing::Test {
 protected:
  [[nodiscard]] Context within(Duration time) const { return {clock_, time_after(clock_->now(), time), {}}; }

  std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
  Context context_{clock_, TimePoint::max(), {}};
};

TEST_F(ModelCall, waits_of_repetitions_lie_between_one_and_ten_seconds) {
  const ContextScope scope(context_);
  ScriptedProvider provider(failing_first(1, busy));
  const Model model("dummy:a", {}, provider.registry());
  EXPECT_EQ(model.complete("p").attempts, 2);
  EXPECT_GE(clock_->elapsed(), 1s);
  EXPECT_LE(clock_->elapsed(), 2s);
}

TEST_F(ModelCall, last_error_arrives_unchanged_after_all_attempts) {
  const ContextScope scope(context_);
  ScriptedProvider provider(failing_first(9, busy));
  const Model model("dummy:a", {.retry = RetryPolicy{.max_attempts = 4}}, provider.registry());
  try {
    (void)model.complete("p");
    FAIL();
  } catch (const ProviderAPIError& error) {
    EXPECT_STREQ(error.what(), busy.what());
    EXPECT_EQ(error.status(), 503);
  }
  EXPECT_EQ(provider.requests().size(), 4U);
}

TEST_F(ModelCall, same_seed_gives_the_same_waits) {
  const auto time_of = [](std::uint64_t seed) {
    const auto clock = std::make_shared<ManualClock>();
    const Context context(clock, TimePoint::max(), {});
    const ContextScope scope(context);
    ScriptedProvider provider(failing_first(5, busy));
    RetryPolicy policy = RetryPolicy::for_models();
    policy.max_attempts = 6;
    policy.seed = seed;
    (void)Model("dummy:a", {.retry = policy}, provider.registry()).complete("p");
    return clock->elapsed();
  };
  EXPECT_EQ(time_of(7), time_of(7));
  EXPECT_NE(time_of(7), time_of(8));
}

TEST_F(ModelCall, retry_after_of_the_server_is_the_wait) {
  const ContextScope scope(context_);
  ProviderAPIError limited("busy", 429, true);
  limited.add_context("retry_after", "7.5");
  ScriptedProvider provider(failing_first(1, limited));
  (void)Model("dummy:a", {}, provider.registry()).complete("p");
  EXPECT_EQ(clock_->elapsed(), 7500ms);
}

TEST_F(ModelCall, retry_after_beyond_the_limit_ends_the_call) {
  const ContextScope scope(context_);
  ProviderAPIError limited("busy", 429, true);
  limited.add_context("retry_after", "3600");
  ScriptedProvider provider(failing_first(1, limited));
  EXPECT_THROW((void)Model("dummy:a", {}, provider.registry()).complete("p"), ProviderAPIError);
  EXPECT_EQ(clock_->elapsed(), 0s);
}

TEST_F(ModelCall, no_wait_goes_beyond_the_deadline) {
  const Context context = within(500ms);
  const ContextScope scope(context);
  ScriptedProvider provider(failing_first(9, busy));
  EXPECT_THROW((void)Model("dummy:a", {}, provider.registry()).complete("p"), ProviderAPIError);
  EXPECT_EQ(provider.requests().size(), 1U);
  EXPECT_EQ(clock_->elapsed(), 0s);
}

TEST_F(ModelCall, deadline_ends_a_waiting_call_with_a_timeout) {
  const Context context = within(2s);
  const ContextScope scope(context);
  try {
    (void)Model("sim:echo?latency=30").complete("p");
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_EQ(error.code(), Errc::execution_timeout);
  }
  EXPECT_EQ(clock_->elapsed(), 2s);
}

TEST_F(ModelCall, timeout_bounds_one_attempt_and_is_repeated) {
  const ContextScope scope(context_);
  const Model model("sim:echo?latency=30",
                    {.timeout = 3s, .retry = RetryPolicy{.max_attempts = 2, .min_wait = 1s, .max_wait = 1s}});
  EXPECT_THROW((void)model.complete("p"), ProviderAPIError);
  EXPECT_EQ(clock_->elapsed(), 3s + 1s + 3s);
}

TEST_F(ModelCall, stop_request_ends_the_wait_between_attempts) {
  std::stop_source stop;
  const Context context(clock_, TimePoint::max(), stop.get_token());
  ScriptedProvider provider(failing_first(9, busy));
  std::optional<Errc::Code> code;
  Model("dummy:a", {}, provider.registry())
      .complete_async("p", {}, context, [&](const Result<Completion>& outcome) {
        try {
          (void)outcome.value();
        } catch (const ModelError& error) {
          code = error.code();
        }
      });
  EXPECT_FALSE(code);
  stop.request_stop();
  EXPECT_EQ(code, Errc::execution_stopped);
  EXPECT_EQ(clock_->pending(), 0U);
  EXPECT_EQ(provider.requests().size(), 1U);
}

TEST_F(ModelCall, other_errors_than_transient_ones_are_not_repeated) {
  const ContextScope scope(context_);
  ScriptedProvider provider(failing_first(9, std::runtime_error("broken")));
  EXPECT_THROW((void)Model("dummy:a", {}, provider.registry()).complete("p"), ProviderAPIError);
  EXPECT_EQ(provider.requests().size(), 1U);
}

TEST_F(ModelCall, what_a_provider_throws_is_typed_and_its_text_stays_in_the_cause) {
  const ContextScope scope(context_);
  ScriptedProvider provider(failing_first(9, std::runtime_error("no answer to 'secret prompt'")));
  try {
    (void)Model("dummy:a", {}, provider.registry()).complete("secret prompt");
    ADD_FAILURE() << "nothing failed";
  } catch (const ProviderAPIError& error) {
    EXPECT_STREQ(error.what(), "Model 'dummy:a': the provider failed");
    EXPECT_FALSE(error.is_transient());
    EXPECT_EQ(error.status(), 0);
    EXPECT_EQ(message_of(error.cause()), "no answer to 'secret prompt'");
  }
}

TEST_F(ModelCall, thousand_calls_wait_at_once) {
  int open = 1000;
  const Model model("sim:echo?latency=30");
  for (int i = 0; i < 1000; ++i) {
    model.complete_async("p", {}, context_, [&](const Result<Completion>& outcome) {
      EXPECT_TRUE(outcome.has_value());
      --open;
    });
  }
  clock_->sleep_until(time_after(clock_->now(), 30s), {});
  EXPECT_EQ(open, 0);
}

TEST_F(ModelCall, completion_carries_conversation_model_and_usage) {
  const ContextScope scope(context_);
  const Completion completion = Model("sim:echo?latency=2", {.context = "be kind"}).complete("hello");
  EXPECT_EQ(completion.text, "Echo: hello");
  EXPECT_EQ(to_string(completion), "Echo: hello");
  EXPECT_EQ(completion.model_id, "sim:echo?latency=2");
  EXPECT_EQ(completion.latency, 2s);
  EXPECT_EQ(completion.finish_reason, "stop");
  const std::vector<Message> conversation = {
      {Role::system, "be kind"}, {Role::user, "hello"}, {Role::assistant, "Echo: hello"}};
  EXPECT_EQ(completion.messages, conversation);
  EXPECT_EQ(completion.usage.total_tokens,
            completion.usage.prompt_tokens + completion.usage.completion_tokens);
  EXPECT_GT(completion.usage.completion_tokens, 0);
}

TEST_F(ModelCall, structured_answer_is_read_from_a_code_fence) {
  ScriptedProvider provider([](const ModelRequest&) {
    Completion completion;
    completion.text = "Here it is:\n```json\n{\"text\": \"yes\", \"confidence\": 0.9}\n```\nDone.";
    return completion;
  });
  const auto verdict = Model("dummy:a", {}, provider.registry()).complete<Verdict>("Is it?");
  EXPECT_EQ(verdict.text, "yes");
  EXPECT_EQ(verdict.confidence, 0.9);
  const ModelRequest request = provider.requests().back();
  EXPECT_EQ(request.messages.back().content, "Is it?");
  EXPECT_THAT(request.messages.front().content, HasSubstr("\"confidence\" (float)"));
}

TEST_F(ModelCall, structured_answer_that_does_not_fit_is_refused_without_its_text) {
  for (const char* text :
       {"I will not tell", "{\"text\": \"secret\"}", "{\"text\": 5, \"confidence\": 1}", ""}) {
    ScriptedProvider provider([text](const ModelRequest&) {
      Completion completion;
      completion.text = text;
      return completion;
    });
    try {
      (void)Model("dummy:a", {}, provider.registry()).complete<Verdict>("Is it?");
      FAIL() << text;
    } catch (const ProviderAPIError& error) {
      EXPECT_THAT(error.what(), HasSubstr("Model 'dummy:a'"));
      EXPECT_THAT(error.describe(), Not(HasSubstr("secret")));
      EXPECT_THAT(error.describe(), Not(HasSubstr("will not")));
    }
  }
}

TEST_F(ModelCall, provider_that_calls_back_twice_is_heard_once) {
  class Twice final : public Provider {
   public:
    [[nodiscard]] std::string name() const override { return "twice"; }
    void complete_async(ModelRequest, const Context&, PieceHandler, CompletionHandler done) override {
      Completion completion;
      completion.text = "first";
      done(completion);
      completion.text = "second";
      done(completion);
      throw std::runtime_error("late");
    }
  };
  const auto registry = std::make_shared<ModelRegistry>();
  registry->register_provider(std::make_shared<Twice>());
  int calls = 0;
  Model("twice:a", {}, registry).complete_async("p", {}, context_, [&](const Result<Completion>& outcome) {
    ++calls;
    EXPECT_EQ(outcome.value().text, "first");
  });
  EXPECT_EQ(calls, 1);
}

TEST_F(ModelCall, overrides_out_of_range_are_named) {
  const Model model("sim:echo");
  const auto message_of_call = [&](const ModelParameters& overrides) -> std::string {
    try {
      (void)model.complete("p", overrides);
    } catch (const InvalidArgumentError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message_of_call({.temperature = 2.5}), HasSubstr("temperature"));
  EXPECT_THAT(message_of_call({.temperature = std::numeric_limits<double>::quiet_NaN()}),
              HasSubstr("temperature"));
  EXPECT_THAT(message_of_call({.max_tokens = 0}), HasSubstr("max_tokens"));
  EXPECT_THAT(message_of_call({.top_p = 0.0}), HasSubstr("top_p"));
  EXPECT_THAT(message_of_call({.timeout = 0s}), HasSubstr("timeout"));
  EXPECT_THAT(message_of_call({.retry = RetryPolicy{.max_attempts = 0}}), HasSubstr("max_attempts"));
}

TEST_F(ModelCall, unknown_model_arrives_at_the_callback) {
  bool is_refused = false;
  Model("nobody:x").complete_async("p", {}, context_, [&](const Result<Completion>& outcome) {
    EXPECT_THROW((void)outcome.value(), ModelNotFoundError);
    is_refused = true;
  });
  EXPECT_TRUE(is_refused);
}

TEST(ModelFuture, holds_the_answer_or_the_error) {
  EXPECT_EQ(Model("sim:echo?latency=0.001").complete_future("hi").get().text, "Echo: hi");
  EXPECT_THROW((void)Model("sim:nobody").complete_future("hi").get(), ModelNotFoundError);
}

TEST(Complete, asks_the_named_model_once) {
  EXPECT_EQ(complete("hi", {.model = "sim:upper"}).text, "HI");
  EXPECT_THROW((void)complete("hi", {}), InvalidArgumentError);
}

TEST(Prompt, needs_a_message) {
  EXPECT_THROW(Prompt(std::vector<Message>{}), InvalidPromptError);
}

}  // namespace
}  // namespace ember
