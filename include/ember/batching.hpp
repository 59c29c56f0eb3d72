// Options and functions of batching under their older names.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <ember/axes.hpp>
#include <ember/device_list.hpp>
#include <ember/pmap.hpp>
#include <ember/value.hpp>
#include <ember/vmap.hpp>

namespace ember::xcs {

/// What all transforms have in common.
struct TransformOptions {
  Axes in_axes = {};
  Axes out_axes = {};
  DeviceList devices = {};
  /// False: positions that fail are null.
  bool propagate_errors = true;
  /// Deadline in seconds.
  std::optional<double> timeout = {};

  /// Throws TransformError naming the option that is out of range.
  void validate() const;
  /// The same as options of `pmap`.
  operator PmapOptions() const;  // NOLINT(google-explicit-constructor)
  /// The axes as options of `vmap`. Throws TransformError when another field is set: `vmap` has no devices,
  /// takes its deadline from the execution options, and always gives errors.
  operator VmapOptions() const;  // NOLINT(google-explicit-constructor)
};

/// The options of `vmap`.
struct BatchingOptions {
  Axes in_axes = {};
  Axes out_axis = {};
  std::optional<int> batch_size = {};
  /// True overrides execution options that forbid concurrency; false leaves it to them.
  bool parallel = false;
  std::optional<int> max_workers = {};

  /// Throws TransformError naming the option that is out of range.
  void validate() const;
  operator VmapOptions() const;  // NOLINT(google-explicit-constructor)
};

/// Options of `pmap`.
struct ParallelOptions {
  std::optional<int> num_workers = {};
  bool continue_on_errors = false;
  std::optional<double> timeout_seconds = {};
  /// With `continue_on_errors`, the same holds for what is not done at the deadline.
  bool return_partial = true;

  /// Throws TransformError naming the option that is out of range.
  void validate() const;
  operator PmapOptions() const;  // NOLINT(google-explicit-constructor)
};

/// Number of items in a batch. Throws TransformError when lengths differ, nothing is batched, or there are
/// none.
std::size_t get_batch_size(const Value& inputs, const Axes& in_axes = {});
/// The item at `index` of a batch: the input of one call of `vmap`. Throws TransformError, also when there is
/// no such item.
Value split_batch(const Value& inputs, const Axes& in_axes, std::size_t index);
/// Outputs of items as the output of their batch: a mapping of lists when all are mappings, else the list of
/// them. None give an empty mapping.
Value combine_outputs(const std::vector<Value>& outputs, const Axes& out_axes = {});

}  // namespace ember::xcs
