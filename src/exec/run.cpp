#include "exec/run.hpp"

#include <algorithm>

#include "base/call_order.hpp"
#include "base/current_context.hpp"
#include "graph/wake_time.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {
namespace {

constexpr std::size_t most_helpers = 64;

}  // namespace

Run::Frame& Run::current_frame() noexcept {
  thread_local Frame frame;
  return frame;
}

Run::SuspendedPermit::SuspendedPermit() : frame_(current_frame()) {
  if (!frame_.run || !frame_.run->limiter_) return;
  Lock lock(frame_.run->mutex_);
  if (!frame_.run->permits_[frame_.node]) return;
  frame_.run->permits_[frame_.node] = false;
  is_suspended_ = true;
  lock.unlock();
  frame_.run->limiter_->release();
}

void Run::SuspendedPermit::resume() {
  if (!is_suspended_) return;
  is_suspended_ = false;
  try {
    frame_.run->limiter_->acquire_blocking(*frame_.run->executor_);
  } catch (...) {  // A simulation that is over: there are no permits any more, and nobody who counts them.
    return;
  }
  const Lock lock(frame_.run->mutex_);
  frame_.run->permits_[frame_.node] = true;
}

void Run::LentPermit::lend() {
  if (!frame_.run || !frame_.run->limiter_) return;
  Lock lock(frame_.run->mutex_);
  if (!frame_.run->permits_[frame_.node]) return;
  frame_.run->permits_[frame_.node] = false;
  is_lent_ = true;
  lock.unlock();
  frame_.run->limiter_->release();
}

bool Run::LentPermit::take_back(Limiter::Waiter& waiter) {
  if (!is_lent_) return true;
  if (!frame_.run->limiter_->acquire(waiter)) return false;
  note_returned();
  return true;
}

void Run::LentPermit::note_returned() {
  is_lent_ = false;
  const Lock lock(frame_.run->mutex_);
  frame_.run->permits_[frame_.node] = true;
}

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
  constexpr std::size_t per_node = sizeof(Value) + 4 * sizeof(std::uint32_t) + sizeof(Phase);
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
      is_transparent_(request.is_transparent),
      leaves_deadline_(request.leaves_deadline),
      memory_(this + 1, space.bytes),
      outputs_(plan_->size(), &memory_),
      missing_(&memory_),
      phases_(plan_->size(), Phase::waiting, &memory_),
      ready_(&memory_),
      next_wave_(&memory_) {
  if (is_call_order_kept() && !request.is_outermost_call) ambient_ = without_call_order(ambient_);
  const std::size_t size = plan_->size();
  missing_.reserve(size);
  ready_.reserve(size);
  for (std::size_t node = 0; node < size; ++node) missing_.push_back(plan_->node(node).predecessor_count);
  set_up_time();
  set_up_devices(request.devices);
  set_up_schedule();
  set_up_settings(request.settings.are_own);
  set_up_measuring();
}

Run::~Run() = default;

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
  const Clock::TimerId timer = clock()->call_at(deadline_, expire);
  const Lock lock(mutex_);
  deadline_timer_ = timer;
}

bool Run::can_run_inline() const noexcept {
  return (is_sequential_ || is_advised_inline_) && !limiter_ && !is_caller_free_ && !stop_watch_ &&
         *options_->fail_fast;
}

void Run::run_to_end() {
  SuspendedPermit permit;
  const WatchScope watch(*this);
  if (can_run_inline()) {
    run_inline();
  } else {
    push_sources();
    is_caller_free_ ? wait_until_over() : drive();
  }
  if (running_unwanted_ > 0) stop_.request_stop();
  if (*options_->collect_metrics || trace_) publish();
}

void Run::start() {
  leave_permit();
  push_sources();
  watch_for_end();
  Lock lock(mutex_);
  submit_helpers(lock, 1);
}

void Run::leave_permit() {
  SuspendedPermit().leave_open();
}

void Run::start_here() {
  leave_permit();
  push_sources();
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
  if (node > first_error_) return;
  if (const std::uint32_t group = group_of(node); group != PlanSchedule::no_group) return arrive(group);
  ready_.push(node);
}

void Run::push_sources() {
  const Lock lock(mutex_);
  for (const std::uint32_t source : plan_->sources()) push_ready(source);
}

void Run::make_ready(std::uint32_t node) {
  if (!stats_.empty()) stats_[node].ready = seconds();
  if (is_wave_) {
    next_wave_.push_back(node);
  } else {
    push_ready(node);
  }
}

bool Run::has_startable() const noexcept {
  return !is_over_ && !(is_sequential_ && running_ > 0) && !ready_.empty();
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
  const std::uint32_t node = ready_.pop();
  phases_[node] = Phase::running;
  if (limiter_) permits_[node] = true;
  ++running_;
  return node;
}

std::size_t Run::helpers_wanted(std::uint32_t next) const {
  if (is_sequential_ || ready_.empty() || is_asynchronous(next)) return 0;
  std::size_t useful = std::min(ready_.size(), limiter_ ? limiter_->capacity() : most_helpers);
  if (const std::uint64_t cost = plan_->cost(next); cost != 0 && cost < wake_nanoseconds) {
    useful = std::min({useful, executor_->parallelism() - 1, ready_.size() * cost / wake_nanoseconds});
  }
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

}  // namespace ember::xcs
