// XCSAPI: the engine behind one object, for code that was written against it.
#pragma once

#include <optional>
#include <vector>

#include <ember/autograph_builder.hpp>
#include <ember/execute.hpp>
#include <ember/jit.hpp>
#include <ember/mesh_sharded.hpp>
#include <ember/pmap.hpp>
#include <ember/vmap.hpp>

namespace ember::xcs {

/// The options of XCSAPI.
struct XCSExecutionOptions {
  int max_workers = 10;
  /// Deadline in seconds.
  std::optional<double> timeout = {};
  bool cache_results = true;
  bool debug_mode = false;

  /// The same as ExecutionOptions.
  operator ExecutionOptions() const {  // NOLINT(google-explicit-constructor)
    return {.max_workers = max_workers,
            .enable_caching = cache_results,
            .timeout_seconds = timeout,
            .debug = debug_mode};
  }
};

/// Forwards to the functions of the same names.
class XCSAPI {
 public:
  /// `jit`: with an operator, with an operator and options, or with options alone.
  static constexpr JitFunction jit{};
  /// `vmap`, `pmap` and `mesh_sharded`, with all that those take.
  static constexpr VmapFunction vmap{};
  static constexpr PmapFunction pmap{};
  static constexpr MeshFunction mesh_sharded{};
  using DeviceMesh = xcs::DeviceMesh;
  using PartitionSpec = xcs::PartitionSpec;

  /// Runs a graph. Throws ExecutionError when a node fails; with `fail_fast` off, failures are part of the
  /// result.
  [[nodiscard]] ExecutionResult execute(const XCSGraph& graph, const Value& inputs = {},
                                        const ExecutionOptions& options = {}) const;
  /// A graph from the records of a trace. Throws TraceError for an empty list.
  [[nodiscard]] XCSGraph autograph(const std::vector<TraceRecord>& records) const;
};

}  // namespace ember::xcs
