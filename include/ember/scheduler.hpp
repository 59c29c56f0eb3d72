// Schedulers decide one thing: which nodes may start now. Results never depend on the choice.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ember::xcs {

enum class SchedulerKind { automatic, noop, parallel, sequential, wave };

/// A scheduler with its own bound on concurrency.
///
/// `sequential` (also `topological`): one node at a time, in topological order, on the calling thread.
/// `parallel`: a node starts as soon as its own predecessors have finished.
/// `wave`: a level starts when the whole level before it has finished.
/// `auto`: sequential for plans without width, and where nodes were measured to take less than sharing them
/// between threads; else parallel. `ExecutionMetrics::scheduler` has what it took.
/// Under `parallel` and `wave`, calls of one level to one operator with `forward_batch` wait for each other
/// and go out as one batch. When a batch fails, its calls are made one by one: the error is that of a call.
/// `noop`: validates, calls nothing, and gives `{"_simulated": true, ...}` for every node.
class Scheduler {
 public:
  /// A name from the list above, in any case. Throws InvalidArgumentError listing the valid names.
  Scheduler(std::string_view name);                                   // NOLINT(google-explicit-constructor)
  Scheduler(const char* name) : Scheduler(std::string_view(name)) {}  // NOLINT(google-explicit-constructor)
  Scheduler(const std::string& name)
      : Scheduler(std::string_view(name)) {}  // NOLINT(google-explicit-constructor)
  /// Throws InvalidArgumentError when `max_workers` is below 1.
  explicit Scheduler(SchedulerKind kind, std::optional<int> max_workers = std::nullopt);

  [[nodiscard]] SchedulerKind kind() const noexcept { return kind_; }
  /// `auto`, `noop`, `parallel`, `sequential` or `wave`.
  [[nodiscard]] std::string_view name() const noexcept;
  [[nodiscard]] std::optional<int> max_workers() const noexcept { return max_workers_; }
  /// True for `auto`, `parallel` and `wave`.
  [[nodiscard]] bool is_parallel() const noexcept {
    return kind_ != SchedulerKind::sequential && kind_ != SchedulerKind::noop;
  }
  friend bool operator==(const Scheduler&, const Scheduler&) = default;

 private:
  SchedulerKind kind_;
  std::optional<int> max_workers_;
};

/// The scheduler of that name. Throws InvalidArgumentError for an unknown name, listing the valid ones, and
/// for `max_workers` below 1.
Scheduler create_scheduler(std::string_view name, std::optional<int> max_workers = std::nullopt);

/// `sequential` under its older name.
struct TopologicalScheduler : Scheduler {
  TopologicalScheduler() : Scheduler(SchedulerKind::sequential) {}
};
/// `parallel` under its older name.
struct TopologicalSchedulerWithParallelDispatch : Scheduler {
  explicit TopologicalSchedulerWithParallelDispatch(std::optional<int> max_workers = std::nullopt)
      : Scheduler(SchedulerKind::parallel, max_workers) {}
};

}  // namespace ember::xcs
