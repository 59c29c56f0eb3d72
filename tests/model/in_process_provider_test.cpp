// The providers without a network: simulated and recorded models.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/model.hpp>
#include <ember/providers.hpp>

#include "model/chat_server.hpp"
#include "support/manual_clock.hpp"

namespace ember {
namespace {

using namespace std::chrono_literals;
using testing::Environment;
using ::testing::HasSubstr;
using testing::ManualClock;
using ::testing::Not;

class Simulated : public ::testing::Test {
 protected:
  std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
  Context context_{clock_, TimePoint::max(), {}};
  ContextScope scope_{context_};
};

TEST_F(Simulated, same_seed_gives_the_same_latencies_and_answers) {
  const auto latencies = [](const char* id) {
    std::vector<Duration> times;
    for (int i = 0; i < 20; ++i) times.push_back(Model(id).complete(std::to_string(i)).latency);
    return times;
  };
  const auto first = latencies("sim:echo?latency=1&sigma=0.5&seed=3");
  EXPECT_EQ(first, latencies("sim:echo?latency=1&sigma=0.5&seed=3"));
  EXPECT_NE(first, latencies("sim:echo?latency=1&sigma=0.5&seed=4"));
  EXPECT_GT(std::set<Duration>(first.begin(), first.end()).size(), 15U);
  EXPECT_EQ(Model("sim:words?seed=1").complete("p").text, Model("sim:words?seed=1").complete("p").text);
}

TEST_F(Simulated, failures_come_at_their_rate_and_pass) {
  const Model model("sim:echo?fail=0.3&seed=5", {.retry = RetryPolicy{.max_attempts = 20}});
  int repeated = 0;
  for (int i = 0; i < 300; ++i) repeated += model.complete(std::to_string(i)).attempts - 1;
  EXPECT_GT(repeated, 80);
  EXPECT_LT(repeated, 190);
}

TEST_F(Simulated, program_decides_answer_and_latency) {
  const auto provider = make_simulated_provider("lab");
  provider->register_model(
      "sum", {.answer = [](const ModelRequest& request) { return std::to_string(request.messages.size()); },
              .latency = 3s});
  const auto registry = std::make_shared<ModelRegistry>();
  registry->register_provider(provider);
  const Completion completion = Model("lab:sum", {}, registry).complete("p");
  EXPECT_EQ(completion.text, "1");
  EXPECT_EQ(completion.latency, 3s);
  EXPECT_EQ(Model("lab:sum?latency=1", {}, registry).complete("p").latency, 1s);
}

TEST_F(Simulated, mistakes_in_names_and_options_are_named) {
  const auto message_of = [](const char* id) -> std::string {
    try {
      (void)Model(id).complete("p");
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message_of("sim:ecko"), HasSubstr("did you mean 'echo'?"));
  EXPECT_THAT(message_of("sim:echo?latncy=1"), HasSubstr("did you mean 'latency'?"));
  EXPECT_THAT(message_of("sim:echo?latency=soon"), HasSubstr("latency"));
  EXPECT_THAT(message_of("sim:echo?fail=2"), HasSubstr("fail"));
  EXPECT_THAT(message_of("sim:echo?latency=-1"), HasSubstr("latency"));
}

TEST_F(Simulated, answer_that_throws_fails_the_call) {
  const auto provider = make_simulated_provider("lab");
  provider->register_model(
      "bad",
      {.answer = [](const ModelRequest&) -> std::string { throw std::runtime_error("no"); }, .latency = 1s});
  const auto registry = std::make_shared<ModelRegistry>();
  registry->register_provider(provider);
  EXPECT_THROW((void)Model("lab:bad", {}, registry).complete("p"), std::runtime_error);
}

class Recorded : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(directory_);
    std::ofstream(file_) << "{\"model\":\"a\",\"prompt\":\"2+2\",\"completion\":\"4\"}\n\n"
                            "{\"model\":\"b\",\"prompt\":\"2+2\",\"completion\":\"5\",\"id\":7}\n";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string directory_ = ::testing::TempDir() + "ember_recordings_" +
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::string file_ = directory_ + "/answers.jsonl";
  std::shared_ptr<RecordedProvider> provider_ = make_recorded_provider();
  std::shared_ptr<ModelRegistry> registry_ = [this] {
    auto registry = std::make_shared<ModelRegistry>();
    registry->register_provider(provider_);
    return registry;
  }();
};

TEST_F(Recorded, answers_by_model_and_last_user_message) {
  provider_->load(file_);
  EXPECT_EQ(Model("recorded:a", {}, registry_).complete("2+2").text, "4");
  EXPECT_EQ(
      Model("recorded:b", {.context = "Count"}, registry_)
          .complete(std::vector<Message>{{Role::user, "1+1"}, {Role::assistant, "2"}, {Role::user, "2+2"}})
          .text,
      "5");
}

TEST_F(Recorded, file_comes_from_the_call_or_the_environment) {
  EXPECT_THROW((void)Model("recorded:a", {}, registry_).complete("2+2"), ProviderConfigError);
  EXPECT_EQ(Model("recorded:a", {.provider = {{"recordings", file_}}}, registry_).complete("2+2").text, "4");
  const Environment recordings("EMBER_RECORDINGS", file_.c_str());
  EXPECT_EQ(Model("recorded:b", {}, registry_).complete("2+2").text, "5");
}

TEST_F(Recorded, miss_is_an_error_without_the_prompt) {
  provider_->load(file_);
  try {
    (void)Model("recorded:a", {}, registry_).complete("the secret prompt");
    FAIL();
  } catch (const ProviderAPIError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Model 'recorded:a': no recording matches"));
    EXPECT_THAT(error.describe(), Not(HasSubstr("secret")));
    EXPECT_FALSE(error.is_transient());
  }
  EXPECT_THROW((void)Model("recorded:c", {}, registry_).complete("2+2"), ModelNotFoundError);
}

TEST_F(Recorded, broken_files_are_refused_by_line) {
  const auto message_of = [this](const char* text) -> std::string {
    std::ofstream(file_, std::ios::trunc) << "{\"model\":\"a\",\"prompt\":\"x\",\"completion\":\"y\"}\n"
                                          << text;
    try {
      provider_->load(file_);
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message_of("{\"model\""), HasSubstr("line 2"));
  EXPECT_THAT(message_of("{\"model\":\"a\",\"prompt\":\"p\"}"), HasSubstr("'completion'"));
  EXPECT_THAT(message_of("[1]"), HasSubstr("'model'"));
  EXPECT_THROW(provider_->load(directory_ + "/absent.jsonl"), DataError);
  EXPECT_THROW((void)Model("recorded:a", {}, registry_).complete("x"), ProviderConfigError);
}

}  // namespace
}  // namespace ember
