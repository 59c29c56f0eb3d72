// Device: where work can be placed: the CPU, and the NVIDIA GPUs that the driver of this machine shows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ember::xcs {

/// A place where operators can put their work.
struct Device {
  /// `cpu` or `gpu`.
  std::string kind{};
  /// Counts the devices of a kind from 0.
  int index = 0;
  /// What the maker calls it, such as `NVIDIA H100 80GB HBM3`.
  std::string name{};
  /// Its whole memory; 0 when that is not known.
  std::uint64_t memory_bytes = 0;

  /// The name that placements go by: `cpu`, or `gpu:0`, `gpu:1` and so on.
  [[nodiscard]] std::string id() const;

  friend bool operator==(const Device&, const Device&) = default;
};

/// The devices of this machine: the CPU first, then the GPUs in the order of the driver, as far as
/// `CUDA_VISIBLE_DEVICES` shows them to this process. GPUs are looked for once per process; without a driver
/// there are none. Thread-safe.
std::vector<Device> devices();

}  // namespace ember::xcs
