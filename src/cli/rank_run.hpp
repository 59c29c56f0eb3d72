// A run in several processes: how it begins, and what the others do.
#pragma once

#include <functional>

#include "cli/mesh_option.hpp"
#include "cli/run_options.hpp"

namespace ember::cli {

/// Gets this process ready with `prepare`, and returns once all are. What `prepare` throws in one of them
/// ends all; it is thrown here, and what another rank threw as DataError, or ConfigError for what is wrong
/// with options and workflow, naming rank and host.
void agree_to_run(const RowMesh& mesh, const std::function<void()>& prepare);

/// Runs rows for rank 0, and returns what to exit with. Says nothing: rank 0 does.
int run_for_root(const RunOptions& options, const RowMesh& mesh);

}  // namespace ember::cli
