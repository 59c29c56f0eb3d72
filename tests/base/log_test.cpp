#include <ember/log.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

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

}  // namespace
}  // namespace ember
