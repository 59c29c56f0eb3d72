#include "transform/batch_timeout.hpp"

#include <utility>

#include "graph/plan.hpp"

namespace ember::xcs {

ExecutionTimeoutError batch_timeout(const OpReference& op, std::size_t total, double seconds,
                                    FinishedCalls finished) {
  ExecutionTimeoutError error(seconds, finished.calls.size(), total);
  if (finished.calls.empty()) return error;
  error.set_partial_results(Results(Plan::of_calls(op, total, InputRecipe::Form::item),
                                    std::move(finished.calls), std::move(finished.outputs)));
  return error;
}

}  // namespace ember::xcs
