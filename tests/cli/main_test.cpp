// The command as a whole: version, help, usage errors.
#include <gmock/gmock.h>

#include <ember/version.hpp>

#include "support/child_process.hpp"

namespace ember::cli {
namespace {

using ember::testing::ChildProcess;

TEST(EmberCommand, prints_its_version) {
  ChildProcess command({EMBER_COMMAND, "--version"});
  EXPECT_EQ(command.wait_for_line(""), std::string("ember ") + ember::version);
  EXPECT_EQ(command.wait(), 0);
}

TEST(EmberCommand, help_lists_the_subcommands) {
  ChildProcess command({EMBER_COMMAND, "--help"});
  command.wait_for_line("questions");
  command.wait_for_line("simulate");
  EXPECT_EQ(command.wait(), 0);
}

TEST(EmberCommand, needs_a_subcommand) {
  ChildProcess command({EMBER_COMMAND});
  command.wait_for_line("subcommand is required");
  EXPECT_EQ(command.wait(), 2);
}

TEST(EmberCommand, refuses_unknown_options_and_subcommands) {
  ChildProcess option({EMBER_COMMAND, "simulate", "--colour"});
  option.wait_for_line("--colour");
  EXPECT_EQ(option.wait(), 2);
  ChildProcess subcommand({EMBER_COMMAND, "dance"});
  EXPECT_EQ(subcommand.wait(), 2);
}

}  // namespace
}  // namespace ember::cli
