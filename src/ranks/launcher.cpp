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

int launched_processes() noexcept {
  // Open MPI, then what MPICH and its relatives say.
  for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    if (const char* text = std::getenv(variable)) return std::atoi(text);
  }
  return 0;
}

}  // namespace ember::ranks
