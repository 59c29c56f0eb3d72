// MeasuredStep: a step that takes the time of the operator inside it, for one row at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include <ember/clock.hpp>
#include <ember/graph.hpp>
#include <ember/op.hpp>

namespace ember::workflow {

/// How long the steps of one row took. Thread-safe.
class StepTimes {
 public:
  explicit StepTimes(std::size_t steps) : durations_(steps) {}

  void add(std::size_t step, Duration duration) {
    const std::scoped_lock lock(mutex_);
    durations_[step] = duration;
  }
  /// The longest chain of steps of `graph`; steps that did not run count nothing.
  [[nodiscard]] Duration critical_path(const xcs::XCSGraph& graph) const;
  /// Of all steps together.
  [[nodiscard]] Duration sum() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Duration> durations_;
};

/// `target` as a leaf whose input is `{"times": ..., "input": ...}`; it takes the time of each call as step
/// `step`.
OpReference measured(const OpReference& target, std::size_t step);

/// What goes into the run inputs for `times`.
Value times_value(std::shared_ptr<StepTimes> times);

}  // namespace ember::workflow
