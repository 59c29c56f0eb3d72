#include <ember/device.hpp>

#include <unistd.h>

#include <fstream>

#include "exec/device_driver.hpp"

namespace ember::xcs {
namespace {

/// Not every architecture names its processor there.
std::string processor_name() {
  std::ifstream information("/proc/cpuinfo");
  for (std::string line; std::getline(information, line);) {
    if (!line.starts_with("model name")) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "CPU";
}

std::uint64_t physical_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page_size = ::sysconf(_SC_PAGE_SIZE);
  if (pages <= 0 || page_size <= 0) return 0;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_size);
}

}  // namespace

std::string Device::id() const {
  return kind == "cpu" && index == 0 ? kind : kind + ":" + std::to_string(index);
}

std::vector<Device> devices() {
  static const std::vector<Device> all = [] {
    std::vector<Device> found = {{"cpu", 0, processor_name(), physical_memory()}};
    const auto& gpus = driver_answer().gpus;
    found.insert(found.end(), gpus.begin(), gpus.end());
    return found;
  }();
  return all;
}

}  // namespace ember::xcs
