// Executor: the seam between the engine and threads. ThreadPool runs in real time, SimulatedExecutor in
// virtual time.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <ember/clock.hpp>
#include <ember/runtime.hpp>

#include "base/ref.hpp"

namespace ember::xcs {

/// Work that any number of threads may help with. Counted by reference.
class Job {
 public:
  /// Does what there is to do now, and returns. Called on a thread of the executor.
  virtual void work() noexcept = 0;
  /// Hands work to other threads when this job has some and has not moved since the last call.
  virtual void nudge() noexcept = 0;
  /// True when nobody waits for the job any more: a thread that is stuck in it counts as lost.
  [[nodiscard]] virtual bool is_abandoned() const noexcept = 0;
  virtual void retain() noexcept = 0;
  virtual void release() noexcept = 0;

 protected:
  ~Job() = default;
};

/// What a thread waits for; guarded by the mutex it is used with.
struct Condition {
  std::condition_variable variable;
};

/// Runs jobs, keeps time and lets threads wait. Runs share it; a Runtime handle closes it when the last copy
/// goes.
class Executor : public std::enable_shared_from_this<Executor> {
 public:
  virtual ~Executor() = default;

  /// That of the calling thread's runtime. Lifetime of the reference: as long as this runtime is the
  /// thread's.
  static const std::shared_ptr<Executor>& current();

  [[nodiscard]] virtual std::shared_ptr<Clock> clock() = 0;
  /// Ends idle threads, and in simulations the waits that nobody can end any more.
  virtual void close() noexcept = 0;
  /// Lets one more thread work on `job`, as soon as one is free.
  virtual void submit(Ref<Job> job) = 0;
  /// Blocks until `notify`, until the given time, or spuriously. `lock` is held on entry and on return.
  virtual void wait(std::unique_lock<std::mutex>& lock, Condition& condition, TimePoint until) = 0;
  /// Wakes all threads that wait for `condition`.
  virtual void notify(Condition& condition) = 0;
  /// Number of threads that can compute at once.
  [[nodiscard]] virtual std::size_t parallelism() const noexcept = 0;

  /// Runs `body` on the calling thread as the runtime's own.
  virtual void run(const std::function<void()>& body) = 0;
  /// Writes down what happens, in simulations.
  virtual void note(std::string_view verb, std::string_view subject) { (void)verb, (void)subject; }
  [[nodiscard]] virtual bool is_simulated() const noexcept { return false; }
  [[nodiscard]] virtual std::vector<SimulationEvent> trace() const { return {}; }

 protected:
  friend class DriveScope;
  /// What `leave` needs to know of `enter`.
  struct DriveToken {
    void* turn = nullptr;
    Job* outer_job = nullptr;
  };
  /// The calling thread works on `job`, until `leave`. Nests.
  virtual DriveToken enter(Job& job) { return (void)job, DriveToken(); }
  virtual void leave(const DriveToken& token) noexcept { (void)token; }
};

/// Tells the executor that a thread of the caller's works on a job.
class DriveScope {
 public:
  DriveScope(Executor& executor, Job& job) : executor_(executor), token_(executor.enter(job)) {}
  ~DriveScope() { executor_.leave(token_); }
  DriveScope(const DriveScope&) = delete;
  DriveScope& operator=(const DriveScope&) = delete;

 private:
  Executor& executor_;
  Executor::DriveToken token_;
};

}  // namespace ember::xcs
