#include "exec/run.hpp"

#include <algorithm>

#include "base/current_context.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {
namespace {

/// Below this measured time, waking a thread costs more than it saves.
constexpr std::uint32_t cheap_nanoseconds = 50'000;
constexpr std::size_t most_helpers = 64;

/// The bound that options and scheduler set together.
std::optional<int> workers_of(const ExecutionOptions& options) {
  if (!options.scheduler || !options.scheduler->max_workers()) return options.max_workers;
  const int own = *options.scheduler->max_workers();
  return options.max_workers ? std::min(own, *options.max_workers) : own;
}

bool has_batch_level(const Plan& plan) {
  for (std::size_t node = 0; node < plan.size(); ++node) {
    if (plan.node(node).target->has_batch()) return true;
  }
  return false;
}

}  // namespace

Run::Frame& Run::current_frame() noexcept {
  thread_local Frame frame;
  return frame;
}

class Run::FrameScope {
 public:
  FrameScope(Run* run, std::uint32_t node) noexcept
      : outer_(std::exchange(current_frame(), Frame{run, node})) {}
  ~FrameScope() { current_frame() = outer_; }
  FrameScope(const FrameScope&) = delete;
  FrameScope& operator=(const FrameScope&) = delete;

 private:
  Frame outer_;
};

/// Gives the permit of the executing node to others while its thread waits for a nested run.
class Run::SuspendedPermit {
 public:
  SuspendedPermit() : frame_(current_frame()) {
    if (!frame_.run || !frame_.run->limiter_) return;
    Lock lock(frame_.run->mutex_);
    if (!frame_.run->permits_[frame_.node]) return;
    frame_.run->permits_[frame_.node] = false;
    is_suspended_ = true;
    lock.unlock();
    frame_.run->limiter_->release();
  }
  void resume() {
    if (!is_suspended_) return;
    is_suspended_ = false;
    frame_.run->limiter_->acquire_blocking(*frame_.run->executor_);
    const Lock lock(frame_.run->mutex_);
    frame_.run->permits_[frame_.node] = true;
  }
  /// The node finishes without its permit: it waits for something asynchronous.
  void leave_open() noexcept { is_suspended_ = false; }
  ~SuspendedPermit() { resume(); }
  SuspendedPermit(const SuspendedPermit&) = delete;
  SuspendedPermit& operator=(const SuspendedPermit&) = delete;

 private:
  Frame frame_;
  bool is_suspended_ = false;
};

/// Watches for stop requests and the deadline while a thread runs a run to its end.
class Run::WatchScope {
 public:
  explicit WatchScope(Run& run) : run_(run) { run_.watch_for_end(); }
  ~WatchScope() { run_.stop_watch_.reset(); }
  WatchScope(const WatchScope&) = delete;
  WatchScope& operator=(const WatchScope&) = delete;

 private:
  Run& run_;
};

Ref<Run> Run::create(RunRequest request) {
  const NodeSpace space = space_for(request.plan->size());
  return Ref<Run>(new (space) Run(std::move(request), space));
}

Run::NodeSpace Run::space_for(std::size_t nodes) noexcept {
  constexpr std::size_t per_node = sizeof(Value) + 3 * sizeof(std::uint32_t) + sizeof(Phase);
  return {nodes * per_node + alignof(Value)};
}

Run::Run(RunRequest request, NodeSpace space)
    : plan_(std::move(request.plan)),
      inputs_(std::move(request.inputs)),
      options_(std::move(request.settings.options)),
      given_stop_(std::move(request.stop_token)),
      executor_(Executor::current()),
      on_over_(std::move(request.on_over)),
      ambient_(Ambient::current()),
      memory_(this + 1, space.bytes),
      outputs_(plan_->size(), &memory_),
      missing_(&memory_),
      phases_(plan_->size(), Phase::waiting, &memory_),
      ready_(&memory_),
      next_wave_(&memory_) {
  const std::size_t size = plan_->size();
  missing_.reserve(size);
  ready_.reserve(size);
  for (std::size_t node = 0; node < size; ++node) missing_.push_back(plan_->node(node).predecessor_count);
  if (*options_->collect_metrics) stats_.resize(size);
  if (request.settings.are_own) ambient_ = ambient_.with(AmbientSlot::options, options_);
  set_up_time();
  set_up_schedule();
  set_up_settings();
  for (const std::uint32_t source : plan_->sources()) push_ready(source);
}

Run::~Run() = default;

void Run::set_up_time() {
  const Context* outer = current_context();
  const TimePoint outer_deadline = outer ? outer->deadline() : TimePoint::max();
  std::shared_ptr<Clock> clock = executor_->clock();
  start_ = clock->now();
  if (options_->timeout_seconds) deadline_ = time_after(start_, from_seconds(*options_->timeout_seconds));
  has_own_deadline_ = deadline_ < outer_deadline;
  deadline_ = std::min(deadline_, outer_deadline);
  const std::string& device = *options_->device_strategy;
  context_.emplace(std::move(clock), deadline_, stop_.get_token(), device == "auto" ? "cpu" : device);
}

void Run::set_up_schedule() {
  const SchedulerKind kind = options_->scheduler ? options_->scheduler->kind() : SchedulerKind::automatic;
  const bool is_narrow = plan_->width() <= 1;
  is_sequential_ = !options_->is_parallel() || workers_of(*options_) == 1 ||
                   (kind == SchedulerKind::automatic && is_narrow && !on_over_);
  is_wave_ = !is_sequential_ &&
             (kind == SchedulerKind::wave || (kind == SchedulerKind::automatic && has_batch_level(*plan_)));
  // Measured times would make simulations differ from run to run.
  is_measured_ = !is_sequential_ && !executor_->is_simulated() && plan_->begin_run();
}

void Run::set_up_settings() {
  if (ambient_.get<void>(AmbientSlot::interpreter))
    ambient_ = ambient_.with(AmbientSlot::interpreter, nullptr);
  if (const auto* inherited = ambient_.get<InheritedLimiter>(AmbientSlot::limiter))
    limiter_ = inherited->limiter;
  const std::optional<int> workers = workers_of(*options_);
  if (workers && (!limiter_ || static_cast<std::size_t>(*workers) < limiter_->capacity())) {
    limiter_ = std::make_shared<Limiter>(static_cast<std::size_t>(*workers), limiter_);
    ambient_ = ambient_.with(AmbientSlot::limiter,
                             std::make_shared<const InheritedLimiter>(InheritedLimiter{limiter_}));
  }
  if (limiter_) permits_.assign(plan_->size(), false);
}

void Run::watch_for_end() {
  const Context* context = current_context();
  const std::stop_token outer = context ? context->stop_token() : std::stop_token();
  if (outer.stop_possible() || given_stop_.stop_possible()) {
    // Not owned by the callbacks: a run outlives them, they end with it.
    const auto stop = [this] { end_early(End::stopped); };
    stop_watch_.reset(
        new StopWatch{StopWatch::Callback(outer, stop), StopWatch::Callback(given_stop_, stop)});
  }
  if (!has_own_deadline_) return;
  const auto expire = [self = Ref<Run>(this)] { self->end_early(End::timed_out); };
  const Clock::TimerId timer = context_->clock()->call_at(deadline_, expire);
  const Lock lock(mutex_);
  deadline_timer_ = timer;
}

bool Run::can_run_inline() const noexcept {
  return is_sequential_ && !limiter_ && !has_own_deadline_ && !stop_watch_ && *options_->fail_fast;
}

void Run::run_to_end() {
  SuspendedPermit permit;
  const WatchScope watch(*this);
  if (can_run_inline()) {
    run_inline();
  } else if (has_own_deadline_) {
    wait_until_over();
  } else {
    drive();
  }
  if (running_unwanted_ > 0) stop_.request_stop();
}

void Run::start() {
  SuspendedPermit().leave_open();
  watch_for_end();
  Lock lock(mutex_);
  submit_helpers(lock, 1);
}

void Run::leave_permit() {
  SuspendedPermit().leave_open();
}

void Run::start_here() {
  leave_permit();
  watch_for_end();
  {
    const Lock lock(mutex_);
    ++helpers_asked_;
  }
  work();
}

void Run::release() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

// Choosing
// -----------------------------------------------------------------------------------------------------------

void Run::push_ready(std::uint32_t node) {
  phases_[node] = Phase::ready;
  ready_.push_back(node);
  std::push_heap(ready_.begin(), ready_.end(), std::greater<>());
}

void Run::make_ready(std::uint32_t node) {
  if (is_wave_) {
    next_wave_.push_back(node);
  } else {
    push_ready(node);
  }
}

bool Run::has_startable() const noexcept {
  if (is_over_ || (is_sequential_ && running_ > 0)) return false;
  return !ready_.empty() && ready_.front() < first_error_;
}

bool Run::take_permit() {
  if (!limiter_) return true;
  if (spare_permits_ > 0) {
    --spare_permits_;
    return true;
  }
  if (is_permit_wanted_) return false;
  is_permit_wanted_ = !limiter_->acquire(*this);
  return !is_permit_wanted_;
}

std::uint32_t Run::take_next() {
  if (!has_startable() || !take_permit()) return no_node;
  std::pop_heap(ready_.begin(), ready_.end(), std::greater<>());
  const std::uint32_t node = ready_.back();
  ready_.pop_back();
  phases_[node] = Phase::running;
  if (limiter_) permits_[node] = true;
  ++running_;
  return node;
}

std::vector<std::uint32_t> Run::take_batch(std::uint32_t node) {
  std::vector<std::uint32_t> batch = {node};
  const OperatorBase* target = plan_->node(node).target;
  if (!is_wave_ || !target->has_batch()) return batch;
  const auto is_other = [&](std::uint32_t other) {
    return plan_->node(other).target != target || other > first_error_;
  };
  const auto first = std::partition(ready_.begin(), ready_.end(), is_other);
  for (auto other = first; other != ready_.end(); ++other) {
    phases_[*other] = Phase::running;
    ++running_;
    batch.push_back(*other);
  }
  ready_.erase(first, ready_.end());
  std::make_heap(ready_.begin(), ready_.end(), std::greater<>());
  std::sort(batch.begin(), batch.end());
  return batch;
}

std::size_t Run::helpers_wanted(std::uint32_t next) const {
  if (is_sequential_ || ready_.empty() || plan_->node(next).target->is_async()) return 0;
  const std::uint32_t cost = plan_->cost(next);
  if (cost != 0 && cost < cheap_nanoseconds) return 0;
  const std::size_t useful = std::min(ready_.size(), limiter_ ? limiter_->capacity() : most_helpers);
  return useful > helpers_asked_ ? useful - helpers_asked_ : 0;
}

void Run::submit_helpers(Lock& lock, std::size_t count) {
  if (count == 0) return;
  helpers_asked_ += count;
  lock.unlock();
  for (std::size_t i = 0; i < count; ++i) executor_->submit(Ref<Job>(this));
  lock.lock();
}

// The loops of threads
// -----------------------------------------------------------------------------------------------

void Run::drive() {
  const DriveScope turn(*executor_, *this);
  const AmbientScope ambient(ambient_);
  const ContextScope context(*context_);
  Lock lock(mutex_);
  has_driver_ = true;
  while (!is_over_) {
    if (const std::uint32_t node = take_next(); node != no_node) {
      execute(lock, node);
      continue;
    }
    if (check_over()) break;
    if (has_startable() && !is_permit_wanted_) continue;  // The next wave has opened.
    release_permits(lock, false);
    if (is_over_ || (has_startable() && (spare_permits_ > 0 || !is_permit_wanted_))) continue;
    is_driver_waiting_ = true;
    wait(lock);
    is_driver_waiting_ = false;
  }
  release_permits(lock, false);
}

void Run::wait(Lock& lock) {
  try {
    executor_->wait(lock, changed_, TimePoint::max());
  } catch (...) {  // A simulation in which nothing can happen any more.
    end(End::stopped);
    throw;
  }
}

void Run::wait_until_over() {
  Lock lock(mutex_);
  submit_helpers(lock, 1);
  while (!is_over_) wait(lock);
}

void Run::work() noexcept {
  const AmbientScope ambient(ambient_);
  const ContextScope context(*context_);
  Lock lock(mutex_);
  --helpers_asked_;
  ++helpers_;
  for (;;) {
    if (const std::uint32_t node = take_next(); node != no_node) {
      execute(lock, node);
    } else if (is_over_ || check_over() || !has_startable() || is_permit_wanted_) {
      break;
    }
  }
  --helpers_;
  release_permits(lock, false);
  deliver(lock);
}

void Run::nudge() noexcept {
  Lock lock(mutex_);
  const bool has_moved = std::exchange(finished_at_nudge_, finished_) != finished_;
  if (has_moved || !has_startable() || helpers_asked_ > 0) return;
  submit_helpers(lock, std::min(ready_.size(), most_helpers));
}

void Run::execute(Lock& lock, std::uint32_t node) {
  if (is_wave_ && plan_->node(node).target->has_batch()) {
    execute_batch(lock, take_batch(node));
  } else {
    execute_leaf(lock, node);
  }
  if (surplus_permits_ > 0) release_permits(lock, true);
}

void Run::execute_leaf(Lock& lock, std::uint32_t node) {
  const OperatorBase& target = *plan_->node(node).target;
  submit_helpers(lock, helpers_wanted(node));
  if (!stats_.empty()) stats_[node].start = to_seconds(context_->clock()->now() - start_);
  lock.unlock();
  const FrameScope frame(this, node);
  if (executor_->is_simulated()) executor_->note("start", plan_->display_name(node));
  Value output;
  std::exception_ptr error;
  const TimePoint begin = is_measured_ ? std::chrono::steady_clock::now() : TimePoint();
  bool is_started = false;
  try {
    const Value input = plan_->input_of(node, inputs_, outputs_.data());
    if (target.is_async()) {
      is_started = true;
      start_call(target, input, *context_, CompletionCallback(*this, node));
    } else {
      output = run_call(target, input);
    }
  } catch (...) {
    error = std::current_exception();
  }
  if (is_measured_) {
    plan_->note_cost(node, static_cast<std::uint64_t>((std::chrono::steady_clock::now() - begin).count()));
  }
  lock.lock();
  if (!is_started) finish(node, std::move(output), std::move(error));
}

void Run::execute_batch(Lock& lock, const std::vector<std::uint32_t>& nodes) {
  const OperatorBase& target = *plan_->node(nodes.front()).target;
  lock.unlock();
  const FrameScope frame(this, nodes.front());
  std::vector<Value> inputs;
  std::vector<Value> outputs(nodes.size());
  std::vector<std::exception_ptr> errors(nodes.size());
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    try {
      inputs.push_back(checked_input(target, plan_->input_of(nodes[i], inputs_, outputs_.data())));
      positions.push_back(i);
    } catch (...) {
      errors[i] = std::current_exception();
    }
  }
  try {
    std::vector<Value> results = run_batch_call(target, inputs);
    for (std::size_t i = 0; i < results.size(); ++i) outputs[positions[i]] = std::move(results[i]);
  } catch (...) {
    for (const std::size_t position : positions) errors[position] = std::current_exception();
  }
  lock.lock();
  for (std::size_t i = 0; i < nodes.size(); ++i)
    finish(nodes[i], std::move(outputs[i]), std::move(errors[i]));
}

void Run::run_inline() {
  const AmbientScope ambient(ambient_);
  const ContextScope context(*context_);
  for (std::uint32_t node = 0; node < plan_->size(); ++node) {
    if (stop_.stop_requested()) break;
    run_inline_node(node);
    if (first_error_ != no_node) break;
  }
  const Lock lock(mutex_);
  if (!is_over_) end(End::finished);
}

void Run::run_inline_node(std::uint32_t node) {
  const FrameScope frame(this, node);
  if (executor_->is_simulated()) executor_->note("start", plan_->display_name(node));
  if (!stats_.empty()) stats_[node].start = to_seconds(context_->clock()->now() - start_);
  try {
    outputs_[node] = run_call(*plan_->node(node).target, plan_->input_of(node, inputs_, outputs_.data()));
    phases_[node] = Phase::finished;
    ++finished_;
  } catch (...) {
    phases_[node] = Phase::failed;
    errors_.emplace_back(node, std::current_exception());
    first_error_ = node;
  }
  if (!stats_.empty()) stats_[node].end = to_seconds(context_->clock()->now() - start_);
}

}  // namespace ember::xcs
