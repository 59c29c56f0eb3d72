// Runtime: threads, timers and time of the engine, real or simulated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ember/clock.hpp>

namespace ember {

namespace xcs {
class Executor;
}

struct RuntimeOptions {
  /// Threads for work that computes; 0 means one per core.
  std::size_t workers = 0;
  /// Most threads when operators block.
  std::size_t max_threads = 64;
};

struct SimulationOptions {
  /// Chooses the order of ready work; the same seed gives the same order.
  std::uint64_t seed = 0;
  /// Most operators that may block at once.
  std::size_t max_threads = 64;
};

/// Something that happened in a simulated run.
struct SimulationEvent {
  /// Virtual time since the start of the simulation.
  Duration time;
  /// What happened, such as `start judge_2`.
  std::string what;

  friend bool operator==(const SimulationEvent&, const SimulationEvent&) = default;
};

/// Where work runs. A cheap handle, thread-safe.
class Runtime {
 public:
  /// Threads of its own, in real time.
  explicit Runtime(RuntimeOptions options = {});
  /// The runtime of the process: one thread per core, more while operators block.
  static Runtime process();
  /// Virtual time and a seeded order of ready work: one thing happens at a time, and time moves when nothing
  /// else can. A 30 s model call takes microseconds. Real connections can not be opened in it.
  static Runtime simulated(SimulationOptions options = {});
  /// The runtime of the calling thread: that of the innermost `run`, else the process's.
  static Runtime current();

  /// Runs `body` on the calling thread with this runtime. In a simulation, every thread but one stands still
  /// at any time; throws XCSError when all wait for something that can not come. Rethrows what `body` throws.
  void run(const std::function<void()>& body) const;

  TimePoint now() const noexcept;
  [[nodiscard]] std::shared_ptr<Clock> clock() const;
  [[nodiscard]] bool is_simulated() const noexcept;
  /// What happened so far in a simulation, in order; empty for real time.
  std::vector<SimulationEvent> trace() const;

  [[nodiscard]] const std::shared_ptr<xcs::Executor>& executor() const noexcept { return executor_; }

 private:
  explicit Runtime(std::shared_ptr<xcs::Executor> executor) : executor_(std::move(executor)) {}
  std::shared_ptr<xcs::Executor> executor_;
};

}  // namespace ember
