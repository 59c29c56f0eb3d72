// `--mesh 2x2`: the devices that share the rows: processes where `mpirun` has started several.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace ember::cli {

/// The lengths that `text` gives: `4`, `2x2`, `2x3x1`. Throws UsageError for anything else.
std::vector<int> read_mesh(const std::string& text);

/// What the rows are shared by.
struct RowMesh {
  /// The names of the devices of this process; empty where no mesh was asked for.
  std::vector<std::string> devices = {};
  /// This process among those that share the rows.
  int rank = 0;
  int ranks = 1;
  /// Machines, by rank.
  std::vector<std::string> hosts = {};

  [[nodiscard]] bool is_root() const noexcept { return rank == 0; }
};

/// The mesh that `--mesh` asks for; in a program of several processes all have to make this call. Throws
/// UsageError when it does not fit the processes that there are.
RowMesh find_mesh(const std::optional<std::string>& mesh);

}  // namespace ember::cli
