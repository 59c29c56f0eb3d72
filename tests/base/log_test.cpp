#include <ember/log.hpp>

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/ambient.hpp"

namespace ember {
namespace {

TEST(Log, ReachesTheHookUntilItIsRemoved) {
  std::vector<std::string> messages;
  log(LogLevel::info, "nobody listens");
  set_log_hook([&](LogLevel level, std::string_view message) {
    messages.push_back((level == LogLevel::warning ? "warning: " : "other: ") + std::string(message));
  });
  log(LogLevel::warning, "slow model");
  set_log_hook({});
  log(LogLevel::error, "nobody listens");
  EXPECT_EQ(messages, (std::vector<std::string>{"warning: slow model"}));
}

TEST(Log, AHookThatThrowsDoesNoHarm) {
  set_log_hook([](LogLevel, std::string_view) { throw 1; });
  EXPECT_NO_THROW(log(LogLevel::error, "x"));
  set_log_hook({});
}

TEST(Log, WhatAHookLogsItselfIsDropped) {
  std::vector<std::string> messages;
  set_log_hook([&](LogLevel, std::string_view message) {
    messages.emplace_back(message);
    log(LogLevel::debug, "of the hook");
    const Ambient ambient = Ambient::current();
    std::thread([ambient] {  // As work that the hook starts.
      const AmbientScope scope(ambient);
      log(LogLevel::debug, "on behalf of the hook");
    })
        .join();
  });
  log(LogLevel::info, "first");
  log(LogLevel::info, "second");
  set_log_hook({});
  EXPECT_EQ(messages, (std::vector<std::string>{"first", "second"}));
}

TEST(Log, AHookMayWaitForAThreadThatLogs) {
  std::vector<std::string> messages;
  set_log_hook([&](LogLevel, std::string_view message) {
    messages.emplace_back(message);
    if (message == "first") std::thread([] { log(LogLevel::debug, "other"); }).join();
  });
  log(LogLevel::info, "first");
  set_log_hook({});
  EXPECT_EQ(messages, (std::vector<std::string>{"first", "other"}));
}

TEST(Log, AHookMayRemoveItself) {
  int calls = 0;
  set_log_hook([&](LogLevel, std::string_view) {
    ++calls;
    set_log_hook({});
  });
  log(LogLevel::info, "first");
  log(LogLevel::info, "second");
  EXPECT_EQ(calls, 1);
}

TEST(Log, MessagesOfManyThreadsComeWholeOneAtATimeAndAreThereAfterwards) {
  constexpr int messages_each = 50;
  std::vector<std::string> messages;  // Without a lock.
  set_log_hook([&](LogLevel, std::string_view message) { messages.emplace_back(message); });
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([thread] {
      for (int i = 0; i < messages_each; ++i) log(LogLevel::debug, std::to_string(thread));
    });
  }
  for (std::thread& thread : threads) thread.join();
  set_log_hook({});
  EXPECT_EQ(messages.size(), 4U * messages_each);
}

}  // namespace
}  // namespace ember
