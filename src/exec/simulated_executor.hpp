// SimulatedExecutor: virtual time on threads of which exactly one runs at any moment.
//
// Operators may block in the middle of `forward`, so each that does needs a stack of its own: real threads
// pass a baton. Who gets it next is drawn from a seeded generator; when nobody can run, time jumps to the
// next timer.
#pragma once

#include <deque>
#include <random>

#include "base/timer_queue.hpp"
#include "exec/executor.hpp"

namespace ember::xcs {

class SimulatedExecutor final : public Executor {
 public:
  static std::shared_ptr<SimulatedExecutor> create(const SimulationOptions& options);
  ~SimulatedExecutor() override;

  [[nodiscard]] std::shared_ptr<Clock> clock() override;
  void close() noexcept override;
  void submit(Ref<Job> job) override;
  void wait(std::unique_lock<std::mutex>& lock, Condition& condition, TimePoint until) override;
  void notify(Condition& condition) override;
  [[nodiscard]] std::size_t parallelism() const noexcept override { return max_threads_; }
  void run(const std::function<void()>& body) override;
  void note(std::string_view verb, std::string_view subject) override;
  [[nodiscard]] bool is_simulated() const noexcept override { return true; }
  [[nodiscard]] std::vector<SimulationEvent> trace() const override;

 private:
  class VirtualClock;

  /// A thread of the simulation, standing still or holding the baton.
  struct Actor {
    std::condition_variable resumed;
    bool has_baton = false;
    /// What it waits for: a Condition, or itself when it waits for a stop.
    const void* waits_for = nullptr;
    /// Of a wait that ends at some time: its timer and its number. 0 otherwise.
    Clock::TimerId timer = 0;
    std::uint64_t wait = 0;
    bool is_stuck = false;
    /// For idle threads: the job to run next, or none to end.
    Ref<Job> job;
    bool is_idle = false;
  };

  explicit SimulatedExecutor(const SimulationOptions& options);
  /// Gives the baton away until somebody resumes `self`. Requires `mutex_`.
  void stand_still(std::unique_lock<std::mutex>& lock, Actor& self);
  /// Hands the baton to whoever is to run next. Requires `mutex_`. Returns false when nobody can run and no
  /// timer is pending.
  bool pass_baton(std::unique_lock<std::mutex>& lock);
  void resume(Actor& actor);
  void make_ready(Actor& actor);
  bool start_job();
  bool fire_next_timer(std::unique_lock<std::mutex>& lock);
  void actor_loop(Actor& self);
  /// Blocks the calling actor until woken or `until`. Throws XCSError when the simulation is stuck.
  void block(std::unique_lock<std::mutex>& lock, const void* reason, TimePoint until);
  void wake_all(const void* reason);
  /// Ends one wait that nothing else can end. Requires `mutex_`. Returns false when nobody waits.
  bool fail_one_wait();
  Actor& self();

  const std::size_t max_threads_;
  const std::unique_ptr<VirtualClock> clock_;

  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  TimePoint start_;
  TimePoint now_;
  std::deque<Ref<Job>> jobs_;
  std::vector<Actor*> ready_;
  std::vector<Actor*> waiting_;
  std::vector<Actor*> idle_;
  std::size_t threads_ = 0;
  TimerQueue timers_;
  std::uint64_t last_wait_ = 0;
  std::vector<SimulationEvent> events_;
  bool is_running_ = false;
  bool is_closed_ = false;
};

}  // namespace ember::xcs
