#include <ember/xcs_api.hpp>

namespace ember::xcs {

ExecutionResult XCSAPI::execute(const XCSGraph& graph, const Value& inputs,
                                const ExecutionOptions& options) const {
  ExecutionResult result = execute_detailed(graph, inputs, options);
  const bool fails_fast = options.over(get_execution_options()).fail_fast.value_or(true);
  if (!fails_fast || !result.has_error()) return result;
  try {
    std::rethrow_exception(result.errors.front().second);
  } catch (ExecutionError& error) {
    error.set_partial_results(result.outputs);
    throw;
  }
}

XCSGraph XCSAPI::autograph(const std::vector<TraceRecord>& records) const {
  return xcs::autograph(records);
}

}  // namespace ember::xcs
