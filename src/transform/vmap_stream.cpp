#include <ember/vmap_stream.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include <ember/execution_error.hpp>

#include "base/current_context.hpp"
#include "exec/limiter.hpp"
#include "op/interpreter.hpp"
#include "transform/batch_run.hpp"
#include "transform/batch_settings.hpp"
#include "transform/call_window.hpp"
#include "transform/option_reading.hpp"

namespace ember::xcs {
namespace {

const std::string vmap_stream_name = "vmap_stream";

/// Calls known to take less are not given to another thread: that costs as much.
constexpr std::uint64_t cheap_nanoseconds = 20'000;

/// One call for each of the items that were read together.
class ReadItems final : public Batch {
 public:
  ReadItems(const BatchSettings& settings, std::vector<Value> items)
      : Batch(settings), items_(std::move(items)) {}

  [[nodiscard]] std::size_t size() const override { return items_.size(); }
  [[nodiscard]] Value input(std::size_t call) const override { return items_[call]; }
  /// Outputs are given one by one.
  [[nodiscard]] Value join(std::vector<Value>, const std::vector<CallFailure>&) const override { return {}; }
  [[nodiscard]] std::exception_ptr error(std::size_t, const std::exception_ptr& cause) const override {
    return cause;
  }

 private:
  const std::vector<Value> items_;
};

BatchSettings settings_of(const VmapStreamOptions& options) {
  BatchSettings settings;
  settings.parallel = options.parallel;
  settings.max_workers = options.max_workers;
  settings.keeps_going = options.continue_on_errors;
  return settings;
}

/// The settings of the thread that makes the stream, with one bound on the calls of all items.
Ambient ambient_within(const ExecutionOptions& options) {
  const std::optional<int> workers = workers_of(options);
  const Ambient& current = Ambient::current();
  return workers ? with_max_workers(current, static_cast<std::size_t>(*workers)) : current;
}

/// The outputs of a stream of items.
class StreamedOutputs {
 public:
  StreamedOutputs(OpReference op, ValueStream items, const VmapStreamOptions& options)
      : op_(std::move(op)),
        options_(options),
        settings_(call_settings(settings_of(options))),
        ambient_(ambient_within(*settings_.options)),
        items_(std::move(items)) {
    const auto batch_size = static_cast<std::size_t>(options_.batch_size);
    if (op_.target->has_batch()) {
      chunk_size_ = batch_size;
    } else if (is_one_by_one(*settings_.options)) {
      chunk_size_ = 1;
    }
    const Interpreter* interpreter = Interpreter::current();
    may_call_here_ = !op_.target->is_async() && !limiter_of(ambient_) &&
                     !settings_.options->timeout_seconds && (!interpreter || interpreter->is_observer());
    if (chunk_size_ == 0) {
      window_ =
          std::make_unique<CallWindow>(op_, run_settings(settings_, std::nullopt, true), ambient_, context_);
    }
  }

  std::optional<Value> next() {
    if (is_over_) return std::nullopt;
    try {
      if (std::optional<CallOutcome> outcome = chunk_size_ > 0 ? next_of_chunk() : next_of_window()) {
        return output_of(*std::move(outcome));
      }
      if (source_error_) std::rethrow_exception(source_error_);
    } catch (...) {
      close();
      throw;
    }
    close();
    return std::nullopt;
  }

 private:
  /// The next item. What the source throws has its turn behind the outputs of the items before.
  std::optional<Value> read() {
    if (is_source_over_) return std::nullopt;
    std::optional<Value> item;
    try {
      item = items_.next();
    } catch (...) {
      source_error_ = std::current_exception();
    }
    is_source_over_ = !item;
    return item;
  }

  std::optional<CallOutcome> next_of_window() {
    const bool is_cheap = may_call_here_ && window_->cost() > 0 && window_->cost() < cheap_nanoseconds;
    std::size_t under_way = window_->size();
    if (is_cheap && under_way == 0) {
      const std::optional<Value> item = read();
      return item ? std::optional(window_->call_here(*item)) : std::nullopt;
    }
    const auto most = static_cast<std::size_t>(options_.batch_size);
    for (; under_way < most && !is_cheap && !is_decided(); ++under_way) {
      std::optional<Value> item = read();
      if (!item) break;
      window_->start(*std::move(item));
    }
    if (under_way == 0) return std::nullopt;
    return window_->take();
  }
  /// Nothing behind a failure is wanted.
  [[nodiscard]] bool is_decided() const { return !options_.continue_on_errors && window_->has_failed(); }

  std::optional<CallOutcome> next_of_chunk() {
    if (chunk_.empty()) make_chunk();
    if (chunk_.empty()) return std::nullopt;
    CallOutcome outcome = std::move(chunk_.front());
    chunk_.pop_front();
    return outcome;
  }

  void make_chunk() {
    std::vector<Value> items;
    while (items.size() < chunk_size_) {
      std::optional<Value> item = read();
      if (!item) break;
      items.push_back(*std::move(item));
    }
    if (items.empty()) return;
    chunk_items_ = items.size();
    const auto batch = std::make_shared<ReadItems>(settings_of(options_), std::move(items));
    const AmbientScope ambient(ambient_);
    const ContextScope context(context_);
    try {
      take_over(run_batch(op_, batch, options_.continue_on_errors, memory_));
    } catch (const ExecutionTimeoutError&) {
      chunk_.assign(chunk_items_, {{}, std::current_exception(), false});
    }
  }
  void take_over(BatchOutcome outcome) {
    for (Value& output : outcome.outputs) chunk_.push_back({std::move(output), nullptr, false});
    // Without outputs there is the one failure that ends the stream.
    if (chunk_.empty()) chunk_.emplace_back();
    for (const CallFailure& failure : outcome.failures) {
      chunk_[std::min(failure.call, chunk_.size() - 1)].error = failure.error;
    }
  }

  Value output_of(CallOutcome outcome) {
    const std::size_t index = given_++;
    if (!outcome.error) return std::move(outcome.output);
    if (outcome.is_stopped) std::rethrow_exception(outcome.error);
    if (!options_.continue_on_errors) {
      // Items that an operator got together fail together.
      const std::size_t count = op_.target->has_batch() ? chunk_items_ : 1;
      const ItemError error({index, index + count}, outcome.error);
      std::rethrow_exception(wrap_operator_error(op_.name(), std::make_exception_ptr(error)));
    }
    if (options_.on_failure) options_.on_failure({{index, index + 1}, outcome.error});
    return {};
  }

  /// Stops what is under way and lets go of everything.
  void close() {
    is_over_ = true;
    window_.reset();
    chunk_.clear();
    items_ = ValueStream();
  }

  const OpReference op_;
  const VmapStreamOptions options_;
  const EffectiveOptions settings_;
  const Ambient ambient_;
  const Context context_ = Context::current();
  ValueStream items_;
  std::exception_ptr source_error_;
  bool is_source_over_ = false;
  bool is_over_ = false;
  bool may_call_here_ = false;
  /// Number of outputs that were given.
  std::size_t given_ = 0;

  /// Items that are read together and whose calls are waited for together; 0: a window in place of it.
  std::size_t chunk_size_ = 0;
  std::size_t chunk_items_ = 0;
  std::deque<CallOutcome> chunk_;
  BatchMemory memory_;
  std::unique_ptr<CallWindow> window_;
};

void refuse_recording() {
  const Interpreter* interpreter = Interpreter::current();
  if (!interpreter || !interpreter->is_recording()) return;
  throw TraceError(with_recording_help(
      "vmap_stream was called while calls are recorded: the outputs of a stream are no part of a graph"));
}

}  // namespace

void VmapStreamOptions::validate() const {
  require_positive(vmap_stream_name, "batch_size", std::optional(batch_size));
  require_positive(vmap_stream_name, "max_workers", max_workers);
}

ValueStream vmap_stream_reference(const OpReference& target, ValueStream items,
                                  const VmapStreamOptions& options) {
  options.validate();
  refuse_recording();
  return ValueStream([outputs = std::make_unique<StreamedOutputs>(target, std::move(items), options)] {
    return outputs->next();
  });
}

}  // namespace ember::xcs
