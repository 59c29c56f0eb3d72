// The error of a batch at its deadline: its nodes are the calls, however they were run.
#pragma once

#include <cstdint>
#include <vector>

#include <ember/execution_error.hpp>
#include <ember/op.hpp>

namespace ember::xcs {

/// The calls of a batch that have ended with an output.
struct FinishedCalls {
  /// Ascending.
  std::vector<std::uint32_t> calls;
  std::vector<Value> outputs;
};

/// For a batch of `total` calls of `op` that had `seconds`.
ExecutionTimeoutError batch_timeout(const OpReference& op, std::size_t total, double seconds,
                                    FinishedCalls finished);

}  // namespace ember::xcs
