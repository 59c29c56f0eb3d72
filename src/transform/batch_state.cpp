#include "transform/batch_state.hpp"

#include <algorithm>
#include <utility>

#include "exec/coarse_clock.hpp"
#include "exec/executor.hpp"
#include "op/interpreter.hpp"
#include "transform/item_call.hpp"

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;

/// A lane takes calls for about this long at a time.
constexpr auto stretch = 25us;
/// Below this, nobody else is woken.
constexpr auto not_worth_waking = 50us;
/// Number of stretches that the calls are cut into for each core, so that all end at about the same time.
constexpr std::size_t stretches_per_core = 8;

/// A precise look at the time costs as much as a small call: while calls are cheap, there is one for about
/// this much work, but for no more than `most_calls_per_look`.
constexpr auto work_per_look = 2us;
constexpr std::size_t most_calls_per_look = 16;
/// A call that takes this long is noticed at once all the same. Above the resolution of the coarse clock.
constexpr auto noticed_at_once = 8ms;

/// Number of calls, each of which takes `each`, between two looks.
std::size_t calls_per_look(std::chrono::nanoseconds each) {
  const auto calls = work_per_look / std::max(each, 1ns);
  return std::clamp<std::size_t>(static_cast<std::size_t>(calls), 1, most_calls_per_look);
}

std::vector<Value> group_with_options(const OpReference& op, const std::vector<Value>& inputs) {
  const CallPolicy* policy = CallPolicy::current();
  if (!policy) return run_batch_call(*op.target, inputs);
  return policy->call_batch(std::vector<const OpReference*>(inputs.size(), &op), inputs);
}

/// Inside: operators are placed on `device`.
class DeviceScope {
 public:
  explicit DeviceScope(std::string device)
      : context_(on_device(Context::current(), std::move(device))), scope_(context_) {}

 private:
  static Context on_device(const Context& outer, std::string device) {
    return {outer.clock(), outer.deadline(), outer.stop_token(), std::move(device)};
  }
  const Context context_;
  const ContextScope scope_;
};

}  // namespace

BatchState::BatchState(OpReference op, std::shared_ptr<const Batch> batch, bool keeps_going,
                       bool measures_time)
    : op_(std::move(op)),
      batch_(std::move(batch)),
      keeps_going_(keeps_going),
      measures_time_(measures_time),
      has_devices_(batch_->has_devices()),
      outputs_(batch_->size()) {
  if (op_.target->has_batch()) groups_ = batch_->groups();
  units_ = groups_.empty() ? outputs_.size() : groups_.size();
  const std::size_t cores = Executor::current()->parallelism();
  share_ = std::max<std::size_t>(1, units_ / (cores * stretches_per_core));
}

void BatchState::set_deadline(TimePoint deadline) {
  deadline_ = deadline;
  if (deadline != TimePoint::max()) is_done_ = std::make_unique<std::atomic<bool>[]>(outputs_.size());
}

bool BatchState::take(std::size_t wanted, ItemRange& range) {
  if (has_returned_.load(std::memory_order_acquire)) {
    const std::lock_guard lock(mutex_);
    if (!returned_.empty()) {
      const auto lowest = std::min_element(returned_.begin(), returned_.end(),
                                           [](auto& a, auto& b) { return a.first < b.first; });
      range = {lowest->first, std::min(lowest->last, lowest->first + wanted)};
      lowest->first = range.last;
      if (lowest->first == lowest->last) returned_.erase(lowest);
      has_returned_.store(!returned_.empty(), std::memory_order_relaxed);
      return true;
    }
  }
  // Calls are taken in order: behind a failure there is nothing that anybody wants.
  if (const std::size_t next = next_.load(std::memory_order_relaxed); next >= units_ || is_unwanted(next)) {
    return false;
  }
  range.first = next_.fetch_add(wanted, std::memory_order_relaxed);
  range.last = std::min(units_, range.first + wanted);
  return range.first < units_;
}

void BatchState::give_back(ItemRange range) {
  if (range.first >= range.last) return;
  const std::lock_guard lock(mutex_);
  returned_.push_back(range);
  has_returned_.store(true, std::memory_order_release);
}

void BatchState::run_lane() {
  const std::size_t number = lanes_taken_.fetch_add(1, std::memory_order_relaxed);
  std::atomic<std::size_t>& position = lanes_[number % most_lanes].position;
  const std::stop_token stop = Context::current().stop_token();
  std::size_t wanted = 1;
  ItemRange range;
  // The position is set before calls are taken: nobody may believe that they are done.
  while (position.store(0), !stop.stop_requested() && take(wanted, range)) {
    wanted = measures_time_ ? run_measured(range, position, stop) : run_range(range, position, stop);
  }
  position.store(none);
  if (has_failed()) check_decided();
}

std::size_t BatchState::run_range(const ItemRange& range, std::atomic<std::size_t>& position,
                                  const std::stop_token& stop) {
  for (std::size_t unit = range.first; unit < range.last; ++unit) {
    if (is_unwanted(unit) || stop.stop_requested()) break;
    position.store(unit);
    run_unit(unit);
  }
  return 1;
}

std::size_t BatchState::run_measured(const ItemRange& range, std::atomic<std::size_t>& position,
                                     const std::stop_token& stop) {
  const auto begin = SteadyClock::now();
  auto before = begin;
  std::size_t unit = range.first;
  bool is_slow = false;
  std::size_t calls = 1;
  while (unit < range.last && !is_slow && !is_unwanted(unit) && !stop.stop_requested()) {
    const std::size_t first = unit;
    unit = run_unmeasured({unit, std::min(range.last, unit + calls)}, position, stop);
    const auto now = SteadyClock::now();
    is_slow = now - before > stretch;
    calls = calls_per_look((now - before) / (unit - first));
    before = now;
  }
  // It waits, or computes for long: others can have the rest.
  if (is_slow) give_back({unit, range.last});
  if (unit > range.first) note_cost(before - begin, unit - range.first);
  if (is_slow) return 1;
  const std::size_t taken = range.last - range.first;
  return before - begin < stretch ? std::min(taken * 2, share_) : taken;
}

std::size_t BatchState::run_unmeasured(const ItemRange& range, std::atomic<std::size_t>& position,
                                       const std::stop_token& stop) {
  const auto late = coarse_time() + noticed_at_once;
  std::size_t unit = range.first;
  do {
    position.store(unit);
    run_unit(unit++);
  } while (unit < range.last && !is_unwanted(unit) && !stop.stop_requested() && coarse_time() < late);
  return unit;
}

bool BatchState::run_in_order(bool only_while_cheap) {
  const auto begin = SteadyClock::now();
  const std::stop_token stop = Context::current().stop_token();
  std::size_t unit = 0;
  for (; unit < units_ && !is_unwanted(unit) && !stop.stop_requested(); ++unit) {
    if (only_while_cheap && unit > 0 && SteadyClock::now() - begin > not_worth_waking) break;
    run_unit(unit);
  }
  next_.store(unit);
  if (unit > 0) note_cost(SteadyClock::now() - begin, unit);
  return unit == units_ || is_unwanted(unit);
}

void BatchState::run_unit(std::size_t unit) {
  try {
    if (!groups_.empty()) {
      run_group(groups_[unit]);
    } else if (has_devices_) {
      const DeviceScope scope(batch_->device(unit));
      run_call_at(unit);
    } else {
      run_call_at(unit);
    }
  } catch (...) {
    if (deadline_ != TimePoint::max() && Context::current().clock()->now() >= deadline_) throw;
    note_failure(unit, std::current_exception());
  }
}

void BatchState::run_call_at(std::size_t call) {
  outputs_[call] = call_with_options(op_, batch_->input(call));
  note_done(call);
}

void BatchState::run_group(const ItemRange& calls) {
  std::vector<Value> inputs;
  inputs.reserve(calls.last - calls.first);
  for (std::size_t call = calls.first; call < calls.last; ++call) {
    inputs.push_back(checked_input(*op_.target, batch_->input(call)));
  }
  std::optional<DeviceScope> scope;
  if (has_devices_) scope.emplace(batch_->device(calls.first));
  std::vector<Value> outputs = group_with_options(op_, inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs_[calls.first + i] = std::move(outputs[i]);
    note_done(calls.first + i);
  }
}

void BatchState::note_done(std::size_t call) {
  // What a call gives once it was asked to stop may be a part of its answer.
  if (!is_done_ || Context::current().stop_requested()) return;
  is_done_[call].store(true, std::memory_order_release);
}

void BatchState::note_failure(std::size_t unit, std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  for (std::size_t call = calls_of(unit).first; call < calls_of(unit).last; ++call) {
    failures_.push_back({call, error});
  }
  if (keeps_going_) return;
  if (unit < first_failed_.load(std::memory_order_relaxed)) {
    first_failed_.store(unit);
  }
}

void BatchState::check_decided() {
  const std::lock_guard lock(mutex_);
  const std::size_t failed = first_failed_.load();
  for (const ItemRange& range : returned_) {
    if (range.first < failed) return;
  }
  for (const Lane& lane : lanes_) {
    if (lane.position.load() < failed) return;
  }
  decided_.request_stop();
}

void BatchState::note_cost(SteadyClock::duration took, std::size_t calls) noexcept {
  const auto each = static_cast<std::uint64_t>(std::chrono::nanoseconds(took).count()) / calls;
  cost_.store(std::max<std::uint64_t>(each, 1), std::memory_order_relaxed);
}

BatchOutcome BatchState::outcome() {
  BatchOutcome outcome;
  const std::lock_guard lock(mutex_);
  outcome.failures = failures_;
  std::sort(outcome.failures.begin(), outcome.failures.end(),
            [](const CallFailure& a, const CallFailure& b) { return a.call < b.call; });
  if (!keeps_going_ && !outcome.failures.empty()) {
    outcome.failures.resize(1);  // Calls behind it may still be writing their outputs.
  } else {
    outcome.outputs = std::move(outputs_);
  }
  return outcome;
}

ExecutionTimeoutError BatchState::timeout(double seconds) const {
  FinishedCalls finished;
  for (std::size_t call = 0; call < outputs_.size(); ++call) {
    if (!is_done_[call].load(std::memory_order_acquire)) continue;
    finished.calls.push_back(static_cast<std::uint32_t>(call));
    finished.outputs.push_back(outputs_[call]);
  }
  return batch_timeout(op_, outputs_.size(), seconds, std::move(finished));
}

BatchOutcome BatchState::partial_outcome(const std::exception_ptr& missing) const {
  BatchOutcome outcome;
  outcome.outputs.resize(outputs_.size());
  const std::lock_guard lock(mutex_);
  std::vector<std::exception_ptr> errors(outputs_.size());
  for (const CallFailure& failure : failures_) errors[failure.call] = failure.error;
  for (std::size_t call = 0; call < outputs_.size(); ++call) {
    if (is_done_[call].load(std::memory_order_acquire)) {
      outcome.outputs[call] = outputs_[call];
    } else {
      outcome.failures.push_back({call, errors[call] ? errors[call] : missing});
    }
  }
  return outcome;
}

}  // namespace ember::xcs
