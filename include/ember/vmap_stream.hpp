// vmap_stream: an operator on items that come one at a time, however many there are.
// `for (const Value& answer : xcs::vmap_stream(ask, json_lines("rows.jsonl")))`
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include <ember/batch_result.hpp>
#include <ember/op.hpp>
#include <ember/transform_stage.hpp>
#include <ember/value_stream.hpp>

namespace ember::xcs {

/// The options of `vmap_stream`.
struct VmapStreamOptions {
  /// Most items between their reading and the giving of their output; also how many an operator with
  /// `forward_batch` gets at once. At least 1.
  int batch_size = 64;
  /// Overrides `use_parallel` of the execution options.
  std::optional<bool> parallel = {};
  /// Overrides `max_workers` of the execution options, for all items together. At least 1.
  std::optional<int> max_workers = {};
  /// Items that fail give null, in place of ending the stream with their error.
  bool continue_on_errors = false;
  /// With `continue_on_errors`, told of each failure before its null is given, on the thread that reads. What
  /// it throws ends the stream.
  std::function<void(const BatchFailure&)> on_failure = {};

  /// Throws TransformError naming the option that is out of range.
  void validate() const;
};

/// The typeless form of `vmap_stream`.
ValueStream vmap_stream_reference(const OpReference& target, ValueStream items,
                                  const VmapStreamOptions& options);

/// `target` on every item: the outputs, in the order of the items. It begins when the first output is asked
/// for.
///
/// Each value of the stream is the whole input of one call; nothing in it is divided, whatever it holds. An
/// operator of several arguments takes lists of them. Asking for an output reads items and starts their calls
/// until `batch_size` are under way or done, and waits for the oldest. So items are read on the thread that
/// asks, memory does not grow with their number, and nothing begins while nobody asks. Calls overlap as the
/// execution options allow that hold where the stream is made; a deadline among them is that of each call.
/// Operators that wait hold no thread, those with `forward_batch` get `batch_size` items at once, and calls
/// known to take less than 20 microseconds are made where the output is asked for.
///
/// Reading throws ItemError for the first item that fails, in their order, or what `items` throws; the
/// outputs before that are given first, and nothing after it. Ending early stops what is under way, without
/// waiting for it: what the operator refers to must outlive its calls. Throws TransformError for options out
/// of range, and TraceError while calls are recorded.
template <Transformable Target>
[[nodiscard]] ValueStream vmap_stream(Target target, ValueStream items,
                                      const VmapStreamOptions& options = {}) {
  const auto op = as_op(std::move(target));
  (void)op.target();  // Throws for an empty handle.
  return vmap_stream_reference(op.reference(), std::move(items), options);
}

}  // namespace ember::xcs
