// `ember devices`: lists what work can be placed on.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include <ember/device.hpp>

#include <fmt/core.h>
#include <CLI/App.hpp>

#include "cli/command.hpp"
#include "exec/device_driver.hpp"

namespace ember::cli {

namespace {

constexpr const char* devices_description = "Lists the devices that work can be placed on";

constexpr const char* devices_footer = R"(
One line for each device: the name that `device_strategy` takes, the model, the memory. GPUs come from the NVIDIA driver;
without one the reason is said on standard error, and the CPU is listed alone.)";

std::string memory_text(std::uint64_t bytes) {
  constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;
  return bytes == 0 ? "unknown" : fmt::format("{:.1f} GiB", static_cast<double>(bytes) / gibibyte);
}

int run() {
  const auto devices = xcs::devices();
  std::size_t id_width = 0;
  std::size_t name_width = 0;
  for (const auto& device : devices) {
    id_width = std::max(id_width, device.id().size());
    name_width = std::max(name_width, device.name.size());
  }
  std::string text;
  for (const auto& device : devices) {
    text += fmt::format("{:<{}}  {:<{}}  {:>10}\n", device.id(), id_width, device.name, name_width,
                        memory_text(device.memory_bytes));
  }
  std::cout << text << std::flush;
  if (const auto& problem = xcs::driver_answer().problem; !problem.empty()) {
    std::cerr << "no GPU: " << problem << '\n';
  }
  return std::cout ? ExitCode::success : ExitCode::failure;
}

}  // namespace

Command add_devices_command(CLI::App& application) {
  CLI::App* app = application.add_subcommand("devices", devices_description);
  app->footer(devices_footer);
  return {app, [] { return run(); }};
}

}  // namespace ember::cli
