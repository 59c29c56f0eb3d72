#include "cli/mesh_option.hpp"

#include <algorithm>
#include <cstddef>

#include <ember/device_mesh.hpp>
#include <ember/error.hpp>
#include <ember/world.hpp>

#include "cli/command.hpp"
#include "ranks/rank_link.hpp"
#include "ranks/rank_world.hpp"

namespace ember::cli {
namespace {

constexpr int most_devices = 1'000'000;

[[noreturn]] void refuse(const std::string& text, const std::string& reason) {
  throw UsageError("--mesh " + text + ": " + reason);
}

int read_length(const std::string& text, const std::string& digits) {
  if (digits.empty() || digits.size() > 7 || digits.find_first_not_of("0123456789") != std::string::npos) {
    refuse(text, "expected lengths such as 4 or 2x2");
  }
  const int length = std::stoi(digits);
  if (length == 0) refuse(text, "every length must be at least 1");
  return length;
}

/// The mesh, with an error that names the option and not the class.
xcs::DeviceMesh mesh_of(const std::string& text, const xcs::World& world, bool is_launched) {
  const std::vector<int> lengths = read_mesh(text);
  int devices = 1;
  for (const int length : lengths) devices *= length;
  if (is_launched && devices != world.size) {
    refuse(text, "that is a mesh of " + std::to_string(devices) + (devices == 1 ? " device" : " devices") +
                     ", but mpirun has started " + std::to_string(world.size) +
                     (world.size == 1 ? " process" : " processes"));
  }
  return xcs::DeviceMesh::from_mpi(lengths);
}

}  // namespace

std::vector<int> read_mesh(const std::string& text) {
  std::vector<int> lengths;
  std::size_t devices = 1;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('x', start), text.size());
    lengths.push_back(read_length(text, text.substr(start, end - start)));
    devices *= static_cast<std::size_t>(lengths.back());
    if (devices > most_devices)
      refuse(text, "that is more than " + std::to_string(most_devices) + " devices");
    start = end + 1;
  }
  return lengths;
}

RowMesh find_mesh(const std::optional<std::string>& mesh) {
  const int processes = ranks::launched_processes();
  RowMesh found;
  if (!mesh) {
    if (processes <= 1) return found;
    throw UsageError("started as " + std::to_string(processes) +
                     " processes, each of which would run all rows; --mesh " + std::to_string(processes) +
                     " shares them");
  }
  (void)read_mesh(*mesh);
  try {
    const ranks::JoinedWorld& joined = ranks::RankWorld::instance().joined();
    const xcs::DeviceMesh devices = mesh_of(*mesh, joined.world, processes > 0);
    found.rank = joined.world.rank;
    found.ranks = joined.world.size;
    found.hosts = joined.hosts;
    for (std::size_t i = 0; i < devices.devices().size(); ++i) {
      const bool is_here = devices.ranks().empty() || devices.ranks()[i] == found.rank;
      if (is_here) found.devices.push_back(devices.devices()[i].string());
    }
  } catch (const Error& error) {
    // What a workflow file is not to blame for.
    throw UsageError(error.what());
  }
  return found;
}

}  // namespace ember::cli
