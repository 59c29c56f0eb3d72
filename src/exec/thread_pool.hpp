// ThreadPool: one thread per core for work that computes, more while operators block.
//
// A thread is active when it runs a job and its CPU clock moves. Only that many threads are active as there
// are cores; a monitor looks once a millisecond, while there is work, for threads that stand still and lets
// others take their place.
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <list>

#include "exec/executor.hpp"

namespace ember::xcs {

class ThreadPool final : public Executor {
 public:
  /// The pool lives as long as any of its threads: they are never joined, so that an operator that never
  /// returns can not keep the process from ending.
  static std::shared_ptr<ThreadPool> create(const RuntimeOptions& options);

  [[nodiscard]] std::shared_ptr<Clock> clock() override { return clock_; }
  void submit(Ref<Job> job) override;
  void wait(std::unique_lock<std::mutex>& lock, Condition& condition, TimePoint until) override;
  void notify(Condition& condition) override { condition.variable.notify_all(); }
  [[nodiscard]] std::size_t parallelism() const noexcept override { return cores_; }
  void run(const std::function<void()>& body) override { body(); }

  /// Threads that exist now, for tests and statistics.
  [[nodiscard]] std::size_t thread_count() const;
  void close() noexcept override;

 protected:
  DriveToken enter(Job& job) override;
  void leave(const DriveToken& token) noexcept override;

 private:
  /// One thread's turn at a job.
  struct Turn {
    Job* job = nullptr;
    pthread_t thread{};
    pid_t id = 0;
    std::int64_t cpu_time = -1;
    bool is_worker = false;
    /// Stands still, waits in the engine, or is lost: does not count as active.
    bool is_still = false;
    bool is_waiting = false;
    bool is_lost = false;
    std::list<Turn>::iterator place;
  };

  explicit ThreadPool(const RuntimeOptions& options);
  void work_loop();
  void monitor_loop();
  /// Starts or wakes threads while there are jobs and cores for them. Requires `mutex_`.
  void dispatch();
  void start_thread();
  void wake_monitor();
  Turn* begin_turn(Job& job, bool is_worker);
  void end_turn(Turn* turn) noexcept;
  void set_still(Turn& turn, bool is_still) noexcept;
  bool look_at_turns();
  [[nodiscard]] std::size_t active() const noexcept { return turns_.size() - still_; }
  [[nodiscard]] bool may_start() const noexcept { return active() + waking_ < cores_; }

  const std::shared_ptr<Clock> clock_;
  const std::size_t cores_;
  const std::size_t max_threads_;

  mutable std::mutex mutex_;
  std::condition_variable job_arrived_;
  std::deque<Ref<Job>> jobs_;
  std::list<Turn> turns_;
  std::list<Turn> spare_turns_;
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;
  /// Threads that were told to look for a job and have not looked yet.
  std::size_t waking_ = 0;
  std::size_t still_ = 0;
  std::size_t lost_ = 0;
  bool is_closed_ = false;

  std::condition_variable monitor_needed_;
  std::atomic<bool> is_monitor_awake_ = false;
  bool has_monitor_ = false;
};

}  // namespace ember::xcs
