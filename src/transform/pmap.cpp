#include <ember/pmap.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <thread>

#include <ember/execution_options.hpp>

#include "transform/batch_operator.hpp"
#include "transform/column_batch.hpp"
#include "transform/device_label.hpp"
#include "transform/divided_batch.hpp"
#include "transform/option_reading.hpp"
#include "transform/sharding.hpp"

namespace ember::xcs {
namespace {

const std::string pmap_name = "pmap";

/// The number in `XCS_NUM_WORKERS`, when it is one from 1 on.
std::optional<int> workers_of_environment() {
  const char* const text = std::getenv("XCS_NUM_WORKERS");
  if (!text) return std::nullopt;
  const std::string_view all = text;
  int number = 0;
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), number);
  if (error != std::errc() || end != all.data() + all.size() || number < 1) return std::nullopt;
  return number;
}

/// Of two settings of one thing, the one that was given. Throws when they differ.
template <class T>
std::optional<T> agreed(const std::optional<T>& left, const std::optional<T>& right,
                        const std::string& names) {
  if (left && right && *left != *right) {
    throw InvalidArgumentError("[pmap] " + names + " are one option under two names, and differ");
  }
  return left ? left : right;
}

std::optional<int> given_workers(const PmapOptions& options) {
  const auto non_zero = [](std::optional<int> number) { return number == 0 ? std::nullopt : number; };
  std::optional<int> workers =
      agreed(non_zero(options.num_workers), non_zero(options.max_workers), "num_workers and max_workers");
  if (options.execution_options) {
    workers = agreed(workers, non_zero(options.execution_options->max_workers),
                     "num_workers and max_workers of the execution options");
  }
  return workers;
}

void require_workers(const std::string& name, const std::optional<int>& value) {
  if (value != 0) require_positive(pmap_name, name, value);
}

class PmapCalls final : public DividedBatch {
 public:
  using DividedBatch::DividedBatch;
  [[nodiscard]] std::exception_ptr error(std::size_t call, const std::exception_ptr& cause) const override {
    return std::make_exception_ptr(
        ParallelExecutionError::for_worker(shard(call), failed_items(call), cause));
  }
};

class PmapOperator : public BatchOperator {
 public:
  PmapOperator(OpReference target, PmapOptions options, bool gives_list)
      : BatchOperator(std::move(target)),
        options_(std::move(options)),
        granularity_(granularity_of(options_.granularity, pmap_name)),
        gives_list_(gives_list) {
    bound_ = given_workers(options_);
    if (options_.devices.is_given()) {
      for (const Value& id : options_.devices.ids()) devices_.push_back(device_label(id, pmap_name));
      if (!bound_) bound_ = static_cast<int>(devices_.size());
    }
    if (!bound_) bound_ = workers_of_environment();
  }

 protected:
  [[nodiscard]] std::shared_ptr<const Batch> batch_of(const Value& arguments) const override {
    BatchLayout layout(*target().target, arguments,
                       {options_.in_axes, pmap_name, options_.sharding_options.strict_batch_size});
    const Granularity granularity = granularity_for(*target().target, granularity_, layout);
    const bool is_direct = !layout.is_batched() || (layout.size() == 0 && granularity == Granularity::shard);
    if (is_direct) {
      return std::make_shared<DirectBatch>(arguments, settings(), devices_.empty() ? "" : devices_.front());
    }
    DividedBatch::Division division{
        granularity, shards_of(layout.size(), workers(), options_.sharding_options), {}};
    for (std::size_t shard = 0; !devices_.empty() && shard < division.shards.size(); ++shard) {
      division.devices.push_back(devices_[shard % devices_.size()]);
    }
    return std::make_shared<PmapCalls>(std::move(layout), settings(), std::move(division),
                                       ItemOutputs(target(), {options_.out_axes, pmap_name}, gives_list_));
  }

 private:
  /// Number of workers that shards are made for: not more than the caller allows.
  [[nodiscard]] std::size_t workers() const {
    int workers = bound_.value_or(default_num_workers());
    const ExecutionOptions options = get_execution_options();
    if (options.max_workers) workers = std::min(workers, *options.max_workers);
    return static_cast<std::size_t>(workers);
  }

  [[nodiscard]] BatchSettings settings() const {
    BatchSettings settings;
    settings.max_workers = bound_;
    settings.fails_by_group = fails_by_group();
    if (const auto allowed = get_execution_options().max_workers; bound_ && allowed) {
      settings.max_workers = std::min(*bound_, *allowed);
    }
    const PmapExecutionOptions execution = options_.execution_options.value_or(PmapExecutionOptions());
    settings.timeout_seconds = options_.timeout_seconds ? options_.timeout_seconds : execution.timeout;
    settings.keeps_going = options_.continue_on_errors || execution.continue_on_errors;
    settings.keeps_partial = options_.return_partial_on_timeout || execution.return_partial_on_timeout;
    return settings;
  }

  const PmapOptions options_;
  const Granularity granularity_;
  const bool gives_list_;
  std::optional<int> bound_;
  std::vector<std::string> devices_;
};

}  // namespace

int default_num_workers() {
  if (const auto workers = workers_of_environment()) return *workers;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1);
}

void PmapOptions::validate() const {
  require_workers("num_workers", num_workers);
  require_workers("max_workers", max_workers);
  in_axes.validate_in(pmap_name);
  out_axes.validate_out(pmap_name);
  (void)granularity_of(granularity, pmap_name);
  sharding_options.validate();
  require_positive(pmap_name, "timeout_seconds", timeout_seconds);
  if (devices.is_given() && devices.ids().empty()) {
    throw TransformError::for_transform(pmap_name, "devices must not be empty");
  }
  if (execution_options) {
    require_workers("max_workers", execution_options->max_workers);
    require_positive(pmap_name, "timeout", execution_options->timeout);
    (void)agreed(timeout_seconds, execution_options->timeout, "timeout_seconds and timeout");
  }
  (void)given_workers(*this);
}

PmapOptions PmapOptions::from(const Value& settings) {
  OptionReader reader(pmap_name, settings);
  PmapOptions options;
  reader.read("num_workers", options.num_workers);
  reader.read("max_workers", options.max_workers);
  reader.read("devices", options.devices);
  reader.read("in_axes", options.in_axes);
  reader.read("out_axes", options.out_axes);
  reader.read("granularity", options.granularity);
  reader.read("strict_batch_size", options.sharding_options.strict_batch_size);
  reader.read("adaptive_sharding", options.sharding_options.adaptive_sharding);
  reader.read("max_shard_size", options.sharding_options.max_shard_size);
  reader.read("strategy", options.sharding_options.strategy);
  reader.read("continue_on_errors", options.continue_on_errors);
  reader.read("timeout_seconds", options.timeout_seconds);
  reader.read("return_partial_on_timeout", options.return_partial_on_timeout);
  reader.finish();
  options.validate();
  return options;
}

void require_granularity(std::string_view transform, const std::string& granularity,
                         std::string_view allowed) {
  if (allowed.empty() || granularity == "auto" || granularity == allowed) return;
  throw TransformError::for_transform(
      transform, "granularity '" + granularity + "' does not fit the types of the operator, which ask for '" +
                     std::string(allowed) + "'; dynamic(op) takes either");
}

void require_no_nulls(std::string_view transform, const PmapOptions& options) {
  const PmapExecutionOptions execution = options.execution_options.value_or(PmapExecutionOptions());
  const bool keeps_going = options.continue_on_errors || execution.continue_on_errors;
  if (!keeps_going && !options.return_partial_on_timeout && !execution.return_partial_on_timeout) return;
  throw TransformError::for_transform(
      transform, std::string(keeps_going ? "continue_on_errors" : "return_partial_on_timeout") +
                     " puts nulls where items failed, and the output type of the operator has none; "
                     "dynamic(op) has, and call_detailed gives failures beside the output");
}

OpReference pmap_reference(const OpReference& target, const PmapOptions& options, bool gives_list) {
  return make_batch_operator<PmapOperator>(target, options, gives_list);
}

PjitOptions::operator PmapOptions() const {
  return {num_workers,
          max_workers,
          devices,
          in_axes,
          out_axes,
          granularity,
          sharding_options,
          execution_options,
          continue_on_errors,
          timeout_seconds,
          return_partial_on_timeout};
}

PmapOptions pmap_options_of(const PjitOptions& options, std::size_t arity) {
  PmapOptions made = options;
  if (options.static_argnums.empty()) return made;
  if (options.in_axes.value() != Value(0)) {
    throw TransformError::for_transform("pjit", "give static_argnums or in_axes, not both");
  }
  std::vector<Value> axes(arity, Value(0));
  for (const int number : options.static_argnums) {
    const std::int64_t counted = number < 0 ? number + static_cast<std::int64_t>(arity) : number;
    if (counted < 0 || static_cast<std::size_t>(counted) >= arity) {
      throw TransformError::for_transform("pjit", "static_argnums names argument " + std::to_string(number) +
                                                      ", but there are " + std::to_string(arity));
    }
    axes[static_cast<std::size_t>(counted)] = nullptr;
  }
  made.in_axes = Axes(Value::list(std::move(axes)));
  return made;
}

}  // namespace ember::xcs
