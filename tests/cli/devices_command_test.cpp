// `ember devices`, with a driver library that shows two GPUs and with one that does not start.
#include <gmock/gmock.h>

#include "support/child_process.hpp"

namespace ember::cli {
namespace {

using ember::testing::ChildProcess;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The command where the loader finds `libcuda.so.1` in `directory` before any other.
ChildProcess devices_with_driver_in(const std::string& directory) {
  return ChildProcess({"env", "LD_LIBRARY_PATH=" + directory, EMBER_COMMAND, "devices"});
}

TEST(DevicesCommand, lists_the_cpu_and_the_gpus) {
  ChildProcess command = devices_with_driver_in(DRIVER_DOUBLE_DIRECTORY);
  const std::string cpu = command.wait_for_line("");
  EXPECT_THAT(cpu, StartsWith("cpu    "));
  EXPECT_THAT(cpu, EndsWith(" GiB"));
  const std::string first = command.wait_for_line("");
  EXPECT_THAT(first, StartsWith("gpu:0  Test GPU A "));
  EXPECT_THAT(first, EndsWith(" 80.0 GiB"));
  const std::string second = command.wait_for_line("");
  EXPECT_THAT(second, StartsWith("gpu:1  Test GPU B "));
  EXPECT_THAT(second, EndsWith(" 24.0 GiB"));
  EXPECT_EQ(command.wait(), 0);
}

TEST(DevicesCommand, says_why_there_is_no_gpu) {
  ChildProcess command = devices_with_driver_in(FAILING_DRIVER_DOUBLE_DIRECTORY);
  EXPECT_THAT(command.wait_for_line(""), StartsWith("cpu  "));
  EXPECT_THAT(command.wait_for_line(""), HasSubstr("no GPU: libcuda.so.1: cuInit failed with status 999"));
  EXPECT_EQ(command.wait(), 0);
}

}  // namespace
}  // namespace ember::cli
