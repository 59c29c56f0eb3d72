// Calls of operators that wait: each is a node of a run, and no thread is held. A batch that bounds how many
// are under way runs window by window.
#pragma once

#include <functional>
#include <memory>

#include <ember/context.hpp>
#include <ember/op.hpp>
#include <ember/result.hpp>

#include "transform/batch.hpp"

namespace ember::xcs {

/// Makes the calls of `batch` and waits for them on this thread. Throws what ends a run early.
BatchOutcome run_windows(const OpReference& op, const std::shared_ptr<const Batch>& batch, bool keeps_going);

/// Starts them and returns; `done` follows, maybe on this thread.
void start_windows(const OpReference& op, const std::shared_ptr<const Batch>& batch, const Context& context,
                   std::function<void(Result<BatchOutcome>)> done);

}  // namespace ember::xcs
