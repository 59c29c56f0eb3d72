// Asks several models the same at once and gathers their answers in order, holding no thread.
#pragma once

#include <cstddef>
#include <vector>

#include <ember/completion_callback.hpp>
#include <ember/context.hpp>
#include <ember/model.hpp>

namespace ember::non {

struct GatherOptions {
  /// Most calls that are open at once.
  std::size_t limit = 1;
  /// A failed member gives null; otherwise the failure of the lowest member is the outcome.
  bool continue_on_errors = false;
};

/// Starts the calls and returns; `done` gets the list of answers' texts. Once a member has failed, those
/// after it are stopped or not started.
void gather(std::vector<Model> members, Prompt prompt, const Context& context, const GatherOptions& options,
            CompletionCallback done);

}  // namespace ember::non
