// Devices: what a driver library is asked and how its failures look, and where strategies place work.
#include <ember/device.hpp>

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include <ember/log.hpp>

#include "exec/device_driver.hpp"
#include "exec/device_placement.hpp"

namespace ember::xcs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30U;

const std::vector<Device>& cpu_alone() {
  static const std::vector<Device> devices = {{"cpu", 0, "Test CPU", gibibyte}};
  return devices;
}

const std::vector<Device>& two_gpus() {
  static const std::vector<Device> devices = {{"cpu", 0, "Test CPU", gibibyte},
                                              {"gpu", 0, "Test GPU A", 80 * gibibyte},
                                              {"gpu", 1, "Test GPU B", 24 * gibibyte}};
  return devices;
}

TEST(DeviceDriver, shows_its_gpus) {
  const DriverAnswer answer = ask_driver(DRIVER_DOUBLE);
  EXPECT_THAT(answer.gpus, ElementsAre(two_gpus()[1], two_gpus()[2]));
  EXPECT_EQ(answer.problem, "");
}

TEST(DeviceDriver, that_is_not_installed_is_no_error) {
  const DriverAnswer answer = ask_driver("libno_such_driver.so.1");
  EXPECT_THAT(answer.gpus, IsEmpty());
  EXPECT_THAT(answer.problem, HasSubstr("libno_such_driver.so.1"));
}

TEST(DeviceDriver, that_lacks_a_function_shows_nothing) {
  const DriverAnswer answer = ask_driver(DRIVER_DOUBLE_WITHOUT_MEMORY);
  EXPECT_THAT(answer.gpus, IsEmpty());
  EXPECT_THAT(answer.problem, HasSubstr("cuDeviceTotalMem_v2"));
}

TEST(DeviceDriver, that_fails_to_start_shows_nothing) {
  const DriverAnswer answer = ask_driver(DRIVER_DOUBLE_THAT_FAILS);
  EXPECT_THAT(answer.gpus, IsEmpty());
  EXPECT_THAT(answer.problem, HasSubstr("cuInit failed with status 999"));
}

TEST(DeviceDriver, without_devices_says_so) {
  const DriverAnswer answer = ask_driver(DRIVER_DOUBLE_WITHOUT_DEVICES);
  EXPECT_THAT(answer.gpus, IsEmpty());
  EXPECT_THAT(answer.problem, HasSubstr("no device"));
}

TEST(DeviceDriver, keeps_devices_that_tell_nothing_of_themselves) {
  const DriverAnswer answer = ask_driver(DRIVER_DOUBLE_WITHOUT_DETAILS);
  EXPECT_THAT(answer.gpus, ElementsAre(Device{"gpu", 0, "NVIDIA GPU", 0}, Device{"gpu", 1, "NVIDIA GPU", 0}));
}

TEST(Device, has_an_id) {
  EXPECT_EQ((Device{.kind = "cpu"}.id()), "cpu");
  EXPECT_EQ((Device{.kind = "gpu", .index = 0}.id()), "gpu:0");
  EXPECT_EQ((Device{.kind = "gpu", .index = 11}.id()), "gpu:11");
}

TEST(Device, cpu_comes_first_and_the_gpus_of_the_driver_follow) {
  const auto all = devices();
  ASSERT_THAT(all, SizeIs(1 + driver_answer().gpus.size()));
  EXPECT_EQ(all[0].id(), "cpu");
  EXPECT_NE(all[0].name, "");
  EXPECT_GT(all[0].memory_bytes, 0U);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_EQ(all[i], driver_answer().gpus[i - 1]);
  EXPECT_EQ(devices(), all);
}

TEST(Device, can_be_asked_for_from_many_threads_at_once) {
  std::vector<std::vector<Device>> answers(8);
  {
    std::vector<std::thread> threads;
    for (auto& answer : answers) threads.emplace_back([&answer] { answer = devices(); });
    for (auto& thread : threads) thread.join();
  }
  for (const auto& answer : answers) EXPECT_EQ(answer, devices());
}

class Placement : public ::testing::Test {
 protected:
  Placement() {
    forget_placement_warnings();
    set_log_hook([this](LogLevel level, std::string_view message) {
      if (level == LogLevel::warning) warnings_.emplace_back(message);
    });
  }
  ~Placement() override { set_log_hook({}); }

  std::vector<std::string> warnings_;
};

TEST_F(Placement, on_a_machine_with_gpus) {
  EXPECT_THAT(placement("cpu", two_gpus()), ElementsAre("cpu"));
  EXPECT_THAT(placement("cpu:0", two_gpus()), ElementsAre("cpu"));
  EXPECT_THAT(placement("auto", two_gpus()), ElementsAre("gpu:0", "gpu:1"));
  EXPECT_THAT(placement("gpu", two_gpus()), ElementsAre("gpu:0", "gpu:1"));
  EXPECT_THAT(placement("cuda", two_gpus()), ElementsAre("gpu:0", "gpu:1"));
  EXPECT_THAT(placement("gpu:1", two_gpus()), ElementsAre("gpu:1"));
  EXPECT_THAT(placement("cuda:0", two_gpus()), ElementsAre("gpu:0"));
  EXPECT_THAT(placement("CUDA:1", two_gpus()), ElementsAre("gpu:1"));
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(Placement, on_a_machine_without_gpus) {
  EXPECT_THAT(placement("cpu", cpu_alone()), ElementsAre("cpu"));
  EXPECT_THAT(placement("auto", cpu_alone()), ElementsAre("cpu"));
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_THAT(placement("gpu", cpu_alone()), ElementsAre("cpu"));
  EXPECT_THAT(warnings_, ElementsAre("device_strategy 'gpu': no such device here (cpu); using the CPU"));
}

TEST_F(Placement, of_what_does_not_exist_is_the_cpu_with_a_warning) {
  for (const char* strategy :
       {"gpu:2", "cuda:7", "tpu", "tpu:0", "cpu:7", "gpu:99999999999999999999", "abacus", ""}) {
    warnings_.clear();
    EXPECT_THAT(placement(strategy, two_gpus()), ElementsAre("cpu")) << strategy;
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("'" + std::string(strategy) + "'"))) << strategy;
  }
}

TEST_F(Placement, warns_once_for_each_strategy) {
  for (int i = 0; i < 3; ++i) {
    placement("tpu", two_gpus());
    placement("TPU", two_gpus());
    placement("gpu:9", two_gpus());
  }
  EXPECT_THAT(warnings_, SizeIs(2));
  forget_placement_warnings();
  placement("tpu", two_gpus());
  EXPECT_THAT(warnings_, SizeIs(3));
}

TEST_F(Placement, warns_once_from_many_threads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([] { placement("tpu", cpu_alone()); });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(warnings_, SizeIs(1));
}

TEST_F(Placement, goes_by_the_devices_of_this_machine) {
  for (const char* strategy : {"cpu", "CPU:0", "auto", "gpu", "cuda:0", "tpu"}) {
    EXPECT_EQ(placement(strategy), placement(strategy, devices())) << strategy;
  }
}

}  // namespace
}  // namespace ember::xcs
