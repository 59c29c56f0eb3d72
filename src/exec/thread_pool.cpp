#include "exec/thread_pool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string_view>
#include <thread>
#include <utility>

namespace ember::xcs {
namespace {

using namespace std::chrono_literals;

constexpr Duration monitor_period = 1ms;
constexpr Duration idle_life = 2s;
constexpr int quiet_periods_before_sleep = 50;

thread_local void* own_turn = nullptr;

/// Nanoseconds of CPU that `thread` has used; -1 when the system does not say.
std::int64_t cpu_time_of(pthread_t thread) noexcept {
  clockid_t id;
  timespec time;
  if (pthread_getcpuclockid(thread, &id) != 0 || clock_gettime(id, &time) != 0) return -1;
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

/// True when `thread` could use a core now: it stands still for want of one, not because it waits.
bool is_runnable(pid_t thread) noexcept {
  char path[64];
  char text[512];
  std::snprintf(path, sizeof path, "/proc/self/task/%d/stat", static_cast<int>(thread));
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t length = ::read(file, text, sizeof text);
  ::close(file);
  // The state follows the name, which is in parentheses and may hold any character.
  const std::string_view stat(text, length > 0 ? static_cast<std::size_t>(length) : 0);
  const auto end_of_name = stat.rfind(')');
  return end_of_name != std::string_view::npos && stat.substr(end_of_name, 3) == ") R";
}

std::size_t core_count(std::size_t wanted) {
  if (wanted > 0) return wanted;
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

}  // namespace

std::shared_ptr<ThreadPool> ThreadPool::create(const RuntimeOptions& options) {
  return std::shared_ptr<ThreadPool>(new ThreadPool(options));
}

ThreadPool::ThreadPool(const RuntimeOptions& options)
    : clock_(Clock::real()),
      cores_(core_count(options.workers)),
      max_threads_(std::max(options.max_threads, cores_)) {}

void ThreadPool::submit(Ref<Job> job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  dispatch();
  wake_monitor();
}

void ThreadPool::dispatch() {
  std::size_t wanted = jobs_.size() > waking_ ? jobs_.size() - waking_ : 0;
  for (; wanted > 0 && may_start(); --wanted) {
    if (idle_ > waking_) {
      ++waking_;
      job_arrived_.notify_one();
    } else if (threads_ < max_threads_ + lost_) {
      ++waking_;
      start_thread();
    } else {
      return;
    }
  }
}

void ThreadPool::start_thread() {
  ++threads_;
  std::thread([this, self = shared_from_this()] { work_loop(); }).detach();
}

void ThreadPool::work_loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    // An idle thread may have answered the call that a new thread was started for.
    if (waking_ > 0) --waking_;
    while (!jobs_.empty() && may_start()) {
      Ref<Job> job = std::move(jobs_.front());
      jobs_.pop_front();
      Turn* turn = begin_turn(*job, true);
      lock.unlock();
      own_turn = turn;
      job->work();
      own_turn = nullptr;
      lock.lock();
      end_turn(turn);
      lock.unlock();
      job = {};  // May destroy what the user's operators own: not under the lock.
      lock.lock();
    }
    ++idle_;
    const auto told = [&] { return waking_ > 0 || is_closed_; };
    const bool is_needed = job_arrived_.wait_for(lock, idle_life, told);
    --idle_;
    if (is_closed_ && jobs_.empty()) break;
    if (!is_needed && threads_ - lost_ > cores_) break;
  }
  --threads_;
}

ThreadPool::Turn* ThreadPool::begin_turn(Job& job, bool is_worker) {
  if (spare_turns_.empty()) spare_turns_.emplace_back();
  turns_.splice(turns_.end(), spare_turns_, spare_turns_.begin());
  Turn& turn = turns_.back();
  thread_local const pid_t id = ::gettid();
  turn = Turn{&job, pthread_self(), id, -1, is_worker, false, false, false, std::prev(turns_.end())};
  return &turn;
}

void ThreadPool::end_turn(Turn* turn) noexcept {
  set_still(*turn, false);
  if (turn->is_lost) --lost_;
  spare_turns_.splice(spare_turns_.end(), turns_, turn->place);
}

void ThreadPool::set_still(Turn& turn, bool is_still) noexcept {
  if (turn.is_still == is_still) return;
  turn.is_still = is_still;
  still_ += is_still ? 1 : static_cast<std::size_t>(-1);
}

Executor::DriveToken ThreadPool::enter(Job& job) {
  const std::lock_guard lock(mutex_);
  if (auto* turn = static_cast<Turn*>(own_turn)) return {turn, std::exchange(turn->job, &job)};
  Turn* turn = begin_turn(job, false);
  own_turn = turn;
  wake_monitor();
  return {turn, nullptr};
}

void ThreadPool::leave(const DriveToken& token) noexcept {
  auto* turn = static_cast<Turn*>(token.turn);
  const std::lock_guard lock(mutex_);
  if (token.outer_job) {
    turn->job = token.outer_job;
    return;
  }
  own_turn = nullptr;
  end_turn(turn);
  dispatch();
}

void ThreadPool::wait(std::unique_lock<std::mutex>& lock, Condition& condition, TimePoint until) {
  auto* turn = static_cast<Turn*>(own_turn);
  if (turn) {
    const std::lock_guard pool_lock(mutex_);
    turn->is_waiting = true;
    set_still(*turn, true);
    dispatch();
  }
  if (until == TimePoint::max()) {
    condition.variable.wait(lock);
  } else {
    condition.variable.wait_until(lock, until);
  }
  if (turn) {
    const std::lock_guard pool_lock(mutex_);
    turn->is_waiting = false;
    set_still(*turn, false);
    wake_monitor();
  }
}

void ThreadPool::wake_monitor() {
  if (is_monitor_awake_.load(std::memory_order_relaxed)) return;
  is_monitor_awake_.store(true, std::memory_order_relaxed);
  if (has_monitor_) {
    monitor_needed_.notify_one();
  } else {
    has_monitor_ = true;
    std::thread([this, self = shared_from_this()] { monitor_loop(); }).detach();
  }
}

void ThreadPool::monitor_loop() {
  int quiet = 0;
  std::unique_lock lock(mutex_);
  while (!is_closed_) {
    monitor_needed_.wait_for(lock, monitor_period);
    quiet = look_at_turns() ? 0 : quiet + 1;
    dispatch();
    if (quiet < quiet_periods_before_sleep) continue;
    is_monitor_awake_.store(false, std::memory_order_relaxed);
    monitor_needed_.wait(lock,
                         [&] { return is_monitor_awake_.load(std::memory_order_relaxed) || is_closed_; });
    quiet = 0;
  }
}

bool ThreadPool::look_at_turns() {
  bool is_busy = !jobs_.empty();
  std::vector<Ref<Job>> to_nudge;
  for (Turn& turn : turns_) {
    if (turn.is_waiting) continue;
    is_busy = true;
    const std::int64_t cpu = cpu_time_of(turn.thread);
    const bool stands_still =
        turn.cpu_time >= 0 && cpu - turn.cpu_time < monitor_period.count() / 5 && !is_runnable(turn.id);
    turn.cpu_time = cpu;
    if (!turn.is_lost && turn.is_worker && turn.job->is_abandoned()) {
      turn.is_lost = true;
      ++lost_;
    }
    set_still(turn, turn.is_lost || stands_still);
    to_nudge.emplace_back(turn.job);
  }
  if (!to_nudge.empty()) {
    // Jobs take their own lock and may submit: not under ours.
    mutex_.unlock();
    for (const Ref<Job>& job : to_nudge) job->nudge();
    to_nudge.clear();
    mutex_.lock();
  }
  return is_busy;
}

std::size_t ThreadPool::thread_count() const {
  const std::lock_guard lock(mutex_);
  return threads_;
}

void ThreadPool::close() noexcept {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  job_arrived_.notify_all();
  monitor_needed_.notify_all();
}

}  // namespace ember::xcs
