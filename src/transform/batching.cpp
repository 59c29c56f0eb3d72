#include <ember/batching.hpp>

#include "transform/batch_layout.hpp"
#include "transform/option_reading.hpp"
#include "transform/output_join.hpp"

namespace ember::xcs {
namespace {

const std::string name_in_messages = "batch";

BatchLayout layout_of(const Value& inputs, const Axes& in_axes) {
  static const Op<> any = op("any", [](const Value& input) -> Value { return input; });
  in_axes.validate_in(name_in_messages);
  BatchLayout layout(any.target(), inputs, {in_axes, name_in_messages});
  if (!layout.is_batched()) throw TransformError::for_transform(name_in_messages, "no batched input");
  return layout;
}

}  // namespace

void TransformOptions::validate() const {
  PmapOptions(*this).validate();
}

TransformOptions::operator PmapOptions() const {
  PmapOptions options;
  options.in_axes = in_axes;
  options.out_axes = out_axes;
  options.devices = devices;
  options.continue_on_errors = !propagate_errors;
  options.timeout_seconds = timeout;
  return options;
}

TransformOptions::operator VmapOptions() const {
  const auto refuse = [](const std::string& field, const std::string& hint) {
    throw TransformError::for_transform("vmap", "TransformOptions." + field + " is not for vmap: " + hint);
  };
  if (devices.is_given()) refuse("devices", "pmap and mesh_sharded have devices");
  if (timeout) refuse("timeout", "set timeout_seconds of the execution options, or use pmap");
  if (!propagate_errors) refuse("propagate_errors", "use call_detailed, or pmap");
  VmapOptions options;
  options.in_axes = in_axes;
  options.out_axes = out_axes;
  return options;
}

void BatchingOptions::validate() const {
  VmapOptions(*this).validate();
}

BatchingOptions::operator VmapOptions() const {
  VmapOptions options;
  options.in_axes = in_axes;
  options.out_axes = out_axis;
  options.batch_size = batch_size;
  if (parallel) options.parallel = true;
  options.max_workers = max_workers;
  return options;
}

void ParallelOptions::validate() const {
  require_positive("pmap", "num_workers", num_workers);
  require_positive("pmap", "timeout_seconds", timeout_seconds);
}

ParallelOptions::operator PmapOptions() const {
  PmapOptions options;
  options.num_workers = num_workers;
  options.continue_on_errors = continue_on_errors;
  options.timeout_seconds = timeout_seconds;
  options.return_partial_on_timeout = continue_on_errors && return_partial;
  return options;
}

std::size_t get_batch_size(const Value& inputs, const Axes& in_axes) {
  const BatchLayout layout = layout_of(inputs, in_axes);
  if (layout.size() == 0) throw TransformError::for_transform(name_in_messages, "Empty batch");
  return layout.size();
}

Value split_batch(const Value& inputs, const Axes& in_axes, std::size_t index) {
  const BatchLayout layout = layout_of(inputs, in_axes);
  if (index >= layout.size()) {
    throw TransformError::for_transform(
        name_in_messages,
        "there is no item " + std::to_string(index) + " in a batch of " + std::to_string(layout.size()));
  }
  return layout.item(index);
}

Value combine_outputs(const std::vector<Value>& outputs, const Axes& out_axes) {
  out_axes.validate_out(name_in_messages);
  if (outputs.empty()) return Value::mapping({});
  const OutputForm form{out_axes, name_in_messages};
  return stack_outputs(outputs, {form, BatchStyle::mapping, false, {}});
}

}  // namespace ember::xcs
