// The NVIDIA driver's library, asked for its GPUs. Loaded when the program runs: nothing of it is needed to
// build.
#pragma once

#include <string>
#include <vector>

#include <ember/device.hpp>

namespace ember::xcs {

/// What a driver said.
struct DriverAnswer {
  std::vector<Device> gpus{};
  /// Why there are no GPUs; empty when there are some.
  std::string problem{};
};

/// Loads `library`, as `dlopen` finds it, and asks it. Never throws for what is wrong with the library.
DriverAnswer ask_driver(const std::string& library);

/// What the driver of this machine said when the process first asked. Thread-safe.
const DriverAnswer& driver_answer();

}  // namespace ember::xcs
