#include "exec/simulated_executor.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include <ember/error.hpp>

namespace ember::xcs {
namespace {

thread_local void* own_actor = nullptr;

}  // namespace

/// Time of a simulation.
class SimulatedExecutor::VirtualClock final : public Clock {
 public:
  explicit VirtualClock(SimulatedExecutor& owner) : owner_(owner) {}

  [[nodiscard]] TimePoint now() const noexcept override {
    const std::lock_guard lock(owner_.mutex_);
    return owner_.now_;
  }

  TimerId call_at(TimePoint when, std::function<void()> callback) override {
    const std::lock_guard lock(owner_.mutex_);
    return owner_.timers_.add(when, std::move(callback));
  }

  bool cancel(TimerId timer) noexcept override {
    TimerQueue::Callback dropped;  // Destroyed after the lock: it may own anything.
    const std::lock_guard lock(owner_.mutex_);
    dropped = owner_.timers_.remove(timer);
    return dropped != nullptr;
  }

  bool sleep_until(TimePoint when, const std::stop_token& stop) override {
    if (stop.stop_requested()) return now() >= when;
    const char reason = 0;
    const std::stop_callback on_stop(stop, [&] {
      const std::lock_guard lock(owner_.mutex_);
      owner_.wake_all(&reason);
    });
    std::unique_lock lock(owner_.mutex_);
    while (owner_.now_ < when && !stop.stop_requested()) owner_.block(lock, &reason, when);
    return owner_.now_ >= when;
  }

  [[nodiscard]] bool is_simulated() const noexcept override { return true; }

 private:
  SimulatedExecutor& owner_;
};

std::shared_ptr<SimulatedExecutor> SimulatedExecutor::create(const SimulationOptions& options) {
  return std::shared_ptr<SimulatedExecutor>(new SimulatedExecutor(options));
}

SimulatedExecutor::SimulatedExecutor(const SimulationOptions& options)
    : max_threads_(std::max<std::size_t>(1, options.max_threads)),
      clock_(std::make_unique<VirtualClock>(*this)),
      random_(options.seed),
      start_(std::chrono::hours(1)),
      now_(start_) {}

SimulatedExecutor::~SimulatedExecutor() = default;

std::shared_ptr<Clock> SimulatedExecutor::clock() {
  // Shares the executor's life, so that a Context that was kept stays valid.
  return {shared_from_this(), clock_.get()};
}

void SimulatedExecutor::close() noexcept {
  // What timers and jobs hold may hold this executor, and is destroyed without the lock.
  TimerQueue timers;
  std::deque<Ref<Job>> jobs;
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  if (is_running_ || own_actor) return;
  std::swap(timers, timers_);
  jobs.swap(jobs_);
  if (!fail_one_wait()) {
    for (Actor* actor : std::exchange(idle_, {})) resume(*actor);
  }
}

bool SimulatedExecutor::fail_one_wait() {
  if (waiting_.empty()) return false;
  Actor* actor = waiting_.front();
  make_ready(*actor);
  ready_.pop_back();
  actor->is_stuck = true;
  resume(*actor);
  return true;
}

SimulatedExecutor::Actor& SimulatedExecutor::self() {
  if (!own_actor) throw XCSError("a simulated runtime was used from a thread outside of its run()");
  return *static_cast<Actor*>(own_actor);
}

void SimulatedExecutor::submit(Ref<Job> job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
}

void SimulatedExecutor::resume(Actor& actor) {
  actor.has_baton = true;
  actor.resumed.notify_one();
}

void SimulatedExecutor::make_ready(Actor& actor) {
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &actor));
  actor.wait = 0;
  if (actor.timer != 0) (void)timers_.remove(std::exchange(actor.timer, 0));
  actor.waits_for = nullptr;
  ready_.push_back(&actor);
}

void SimulatedExecutor::wake_all(const void* reason) {
  const std::vector<Actor*> waiting = waiting_;
  for (Actor* actor : waiting) {
    if (actor->waits_for == reason) make_ready(*actor);
  }
}

void SimulatedExecutor::notify(Condition& condition) {
  const std::lock_guard lock(mutex_);
  wake_all(&condition);
}

bool SimulatedExecutor::start_job() {
  if (idle_.empty() && threads_ >= max_threads_) return false;
  const auto choice = static_cast<std::ptrdiff_t>(random_() % jobs_.size());
  Ref<Job> job = std::move(jobs_[static_cast<std::size_t>(choice)]);
  jobs_.erase(jobs_.begin() + choice);
  if (!idle_.empty()) {
    Actor* actor = idle_.back();
    idle_.pop_back();
    actor->job = std::move(job);
    resume(*actor);
    return true;
  }
  ++threads_;
  std::thread([this, keep = shared_from_this(), job = std::move(job)]() mutable {
    Actor actor;
    actor.job = std::move(job);
    actor.has_baton = true;
    actor_loop(actor);
  }).detach();
  return true;
}

bool SimulatedExecutor::fire_next_timer(std::unique_lock<std::mutex>& lock) {
  if (timers_.next_time() == TimePoint::max()) return false;
  now_ = std::max(now_, timers_.next_time());
  // All that are due, so that the order of what they wake is the seed's choice.
  while (timers_.next_time() <= now_) {
    TimerQueue::Callback callback = timers_.take_first();
    lock.unlock();
    callback();
    callback = nullptr;
    lock.lock();
  }
  return true;
}

bool SimulatedExecutor::pass_baton(std::unique_lock<std::mutex>& lock) {
  for (;;) {
    const bool can_start = !jobs_.empty() && (!idle_.empty() || threads_ < max_threads_);
    const std::size_t choices = ready_.size() + (can_start ? jobs_.size() : 0);
    if (choices > 0) {
      const std::size_t choice = random_() % choices;
      if (choice >= ready_.size()) return start_job();
      Actor* actor = ready_[choice];
      ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(choice));
      resume(*actor);
      return true;
    }
    if (!fire_next_timer(lock)) return false;
  }
}

void SimulatedExecutor::stand_still(std::unique_lock<std::mutex>& lock, Actor& actor) {
  actor.has_baton = false;
  if (!pass_baton(lock)) {
    // Nothing can ever happen again: whoever waits must be told, the innermost wait first.
    actor.is_stuck = true;
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &actor));
    actor.has_baton = true;
    return;
  }
  actor.resumed.wait(lock, [&] { return actor.has_baton; });
}

void SimulatedExecutor::block(std::unique_lock<std::mutex>& lock, const void* reason, TimePoint until) {
  Actor& actor = self();
  actor.waits_for = reason;
  waiting_.push_back(&actor);
  if (until != TimePoint::max()) {
    actor.wait = ++last_wait_;
    actor.timer = timers_.add(until, [this, &actor, wait = actor.wait] {
      const std::lock_guard timer_lock(mutex_);
      if (actor.wait == wait) make_ready(actor);
    });
  }
  stand_still(lock, actor);
  if (std::exchange(actor.is_stuck, false)) {
    throw XCSError("the simulation is stuck: every thread waits, and no timer or job is pending");
  }
}

void SimulatedExecutor::wait(std::unique_lock<std::mutex>& lock, Condition& condition, TimePoint until) {
  std::unique_lock own(mutex_);
  lock.unlock();
  std::exception_ptr stuck;
  try {
    block(own, &condition, until);
  } catch (...) {
    stuck = std::current_exception();
  }
  own.unlock();
  lock.lock();
  if (stuck) std::rethrow_exception(stuck);
}

void SimulatedExecutor::actor_loop(Actor& actor) {
  own_actor = &actor;
  std::unique_lock lock(mutex_);
  while (actor.job) {
    lock.unlock();
    actor.job->work();
    actor.job = {};
    lock.lock();
    actor.has_baton = false;
    idle_.push_back(&actor);
    const bool is_over = !pass_baton(lock) && !fail_one_wait();
    if (is_over && is_closed_) {
      for (Actor* idle : std::exchange(idle_, {})) resume(*idle);
    }
    actor.resumed.wait(lock, [&] { return actor.has_baton; });
  }
  own_actor = nullptr;
  --threads_;
}

void SimulatedExecutor::run(const std::function<void()>& body) {
  if (own_actor) return body();
  {
    const std::lock_guard lock(mutex_);
    if (is_running_) throw XCSError("a simulated runtime runs one body at a time");
    is_running_ = true;
  }
  Actor actor;
  actor.has_baton = true;
  own_actor = &actor;
  std::exception_ptr error;
  try {
    body();
  } catch (...) {
    error = std::current_exception();
  }
  own_actor = nullptr;
  {
    const std::lock_guard lock(mutex_);
    is_running_ = false;
  }
  if (error) std::rethrow_exception(error);
}

void SimulatedExecutor::note(std::string_view verb, std::string_view subject) {
  const std::lock_guard lock(mutex_);
  events_.push_back({now_ - start_, std::string(verb) + " " + std::string(subject)});
}

std::vector<SimulationEvent> SimulatedExecutor::trace() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

}  // namespace ember::xcs
