// Calls from many threads at once, in real time, with stops and deadlines; made for ThreadSanitizer.
#include <atomic>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include <ember/model.hpp>
#include <ember/model_service.hpp>
#include <ember/providers.hpp>

#include "model/chat_server.hpp"

namespace ember {
namespace {

using namespace std::chrono_literals;
using testing::ChatServer;
using testing::json_response;

TEST(ModelConcurrency, threads_share_one_model) {
  const Model model("sim:echo?latency=0.002&fail=0.2",
                    {.retry = RetryPolicy{.max_attempts = 30, .min_wait = 0s, .max_wait = 1ms}});
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&model, i] {
      for (int j = 0; j < 20; ++j) {
        const std::string prompt = std::to_string(i * 100 + j);
        EXPECT_EQ(model.complete(prompt).text, "Echo: " + prompt);
      }
    });
  }
}

TEST(ModelConcurrency, stops_race_with_answers) {
  for (int round = 0; round < 200; ++round) {
    std::stop_source stop;
    const Context context(Clock::real(), time_after(Clock::real()->now(), 1ms), stop.get_token());
    std::latch ended(4);
    for (int i = 0; i < 4; ++i) {
      Model("sim:echo?latency=0.001", {.retry = RetryPolicy{.min_wait = 0s, .max_wait = 0s}})
          .complete_async(std::to_string(i), {}, context,
                          [&](const Result<Completion>&) { ended.count_down(); });
    }
    std::jthread([&] { stop.request_stop(); }).join();
    ended.wait();
  }
}

TEST(ModelConcurrency, streams_are_read_and_dropped_while_they_are_written) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      for (int j = 0; j < 20; ++j) {
        auto stream = Model("sim:echo?latency=0.002").stream("a b c d e f");
        CompletionPiece piece;
        int read = 0;
        while (read < (i + j) % 8 && stream.next(piece)) ++read;
      }
    });
  }
}

TEST(ModelConcurrency, http_calls_overlap) {
  const ChatServer server([](const std::string&, std::size_t earlier) {
    return earlier % 3 == 0
               ? json_response("{}", "503 Service Unavailable", "Retry-After: 0\r\n")
               : json_response(R"({"choices":[{"message":{"content":"ok"},"finish_reason":"stop"}]})");
  });
  const Model model("openai:llama",
                    {.base_url = server.base_url(), .retry = RetryPolicy{.max_attempts = 50}});
  constexpr int calls = 64;
  std::latch ended(calls);
  std::atomic<int> good = 0;
  for (int i = 0; i < calls; ++i) {
    model.complete_async("p", {}, Context(), [&](const Result<Completion>& outcome) {
      if (outcome && outcome.value().text == "ok") ++good;
      ended.count_down();
    });
  }
  ended.wait();
  EXPECT_EQ(good, calls);
}

TEST(ModelConcurrency, service_makes_each_model_once) {
  ModelService service(ModelRegistry::with_default_providers());
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&service] { EXPECT_EQ(service.invoke("sim:echo", "hi").text, "Echo: hi"); });
  }
  threads.clear();
  EXPECT_EQ(service.usage()->totals().calls, 8);
}

}  // namespace
}  // namespace ember
