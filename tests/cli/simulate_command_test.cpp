#include <gmock/gmock.h>

#include <csignal>

#include "support/child_process.hpp"

namespace ember::cli {
namespace {

using ember::testing::ChildProcess;
using ::testing::MatchesRegex;

class StopSignalTest : public ::testing::TestWithParam<int> {};

TEST_P(StopSignalTest, ends_the_server_cleanly) {
  ChildProcess server({EMBER_COMMAND, "simulate", "--port", "0", "--latency", "10ms"});
  EXPECT_THAT(server.wait_for_line(""), MatchesRegex("listening on http://127\\.0\\.0\\.1:[0-9]+"));
  server.send_signal(GetParam());
  EXPECT_EQ(server.wait(), 0);
}

INSTANTIATE_TEST_SUITE_P(SimulateCommand, StopSignalTest, ::testing::Values(SIGTERM, SIGINT));

struct BadUsage {
  std::vector<std::string> arguments;
  const char* message;
  int exit_code;
};

class BadUsageTest : public ::testing::TestWithParam<BadUsage> {};

TEST_P(BadUsageTest, is_told_and_ends) {
  std::vector<std::string> arguments = {EMBER_COMMAND, "simulate"};
  arguments.insert(arguments.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  ChildProcess command(arguments);
  command.wait_for_line(GetParam().message);
  EXPECT_EQ(command.wait(), GetParam().exit_code);
}

INSTANTIATE_TEST_SUITE_P(
    SimulateCommand, BadUsageTest,
    ::testing::Values(BadUsage{{"--fail", "teapot=0.1"}, "KIND one of 429, 500, 503, reset, cut, drip", 2},
                      BadUsage{{"--fail", "429=2"}, "expected 0 to 1", 2},
                      BadUsage{{"--latency", "soon"}, "'soon' is not a duration", 2},
                      BadUsage{{"--model", "a", "--latency", "b=1ms"}, "model 'b'", 2},
                      BadUsage{{"--model", "a:skill=x"}, "skill of model 'a'", 2},
                      BadUsage{{"--port", "70000"}, "--port", 2},
                      BadUsage{{"--host", "nowhere"}, "'nowhere' is not an address", 2},
                      BadUsage{{"--recordings", "/nowhere.jsonl"}, "'/nowhere.jsonl': No such file", 1},
                      BadUsage{{"--drip-interval", "x"}, "'x' is not a duration", 2}));

}  // namespace
}  // namespace ember::cli
