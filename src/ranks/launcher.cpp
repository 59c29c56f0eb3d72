#include <unistd.h>

#include <array>
#include <cstdlib>

#include "ranks/rank_link.hpp"

namespace ember::ranks {

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

int launched_rank() noexcept {
  for (const char* variable : {"OMPI_COMM_WORLD_RANK", "PMI_RANK"}) {
    if (const char* text = std::getenv(variable)) return std::atoi(text);
  }
  return 0;
}

int launched_processes() noexcept {
  // What Open MPI says, and what MPICH and its relatives say.
  for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    if (const char* text = std::getenv(variable)) return std::atoi(text);
  }
  // Other launchers tell each process its rank, and their number only to MPI.
  return std::getenv("PMIX_RANK") ? 1 : 0;
}

}  // namespace ember::ranks
