// Placement: which devices the nodes of a run are spread over.
#pragma once

#include <string>
#include <vector>

#include <ember/device.hpp>

namespace ember::xcs {

/// The ids of the devices that `strategy` means on a machine with `available`; the nodes of a run take them
/// in turn, so it is never empty. What does not exist becomes the CPU, with one warning per strategy through
/// the log. `auto` is every GPU, or the CPU where there is none. Thread-safe.
std::vector<std::string> placement(const std::string& strategy, const std::vector<Device>& available);

/// The same for this machine. Asks for GPUs only when the strategy does not rule them out.
std::vector<std::string> placement(const std::string& strategy);

/// For tests: the next strategy that can not be met warns again.
void forget_placement_warnings();

}  // namespace ember::xcs
