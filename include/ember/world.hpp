// World: the processes that run this program together, started by `mpirun`. `if (xcs::world().rank == 0) ...`
#pragma once

#include <cstddef>
#include <string>

#include <ember/error.hpp>

namespace ember::xcs {

/// This process among those of its program.
struct World {
  /// Its number, from 0. Rank 0 is the one that reads, prints and writes.
  int rank = 0;
  /// Number of processes.
  int size = 1;
  /// The machine it runs on.
  std::string host = {};

  [[nodiscard]] bool is_root() const noexcept { return rank == 0; }
};

/// This process. Without `mpirun`, or in a build without MPI, it is the only one. The first call in a program
/// that was started by `mpirun` starts MPI, unless the program has done so: all processes have to make it.
/// Throws ConfigError when the processes can not reach each other, when there are several and this build has
/// no MPI, or when the program has started MPI without MPI_THREAD_MULTIPLE.
const World& world();

/// A rank died, or ended before the others: `[mesh] rank 2 on host node7 died while it had items 500-749`.
/// Thrown on the ranks that are left.
class RankError : public TransformError {
 public:
  /// Items from `first` to before `last`; none when they are equal.
  RankError(int rank, std::string host, std::size_t first, std::size_t last, bool has_died = true);

  [[nodiscard]] int rank() const noexcept { return rank_; }
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  /// What the rank had to do: items from `first` to before `last`.
  [[nodiscard]] std::size_t first() const noexcept { return first_; }
  [[nodiscard]] std::size_t last() const noexcept { return last_; }

 private:
  int rank_;
  std::string host_;
  std::size_t first_;
  std::size_t last_;
};

}  // namespace ember::xcs
