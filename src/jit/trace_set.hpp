// TraceSet: the ways through `forward` that were observed for one structure of input, side by side.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "jit/composite_program.hpp"
#include "jit/trace_log.hpp"

namespace ember::xcs {

/// A plan of the steps of a trace from number `first` on. The input of one that is not the whole is a list:
/// the input of the composite, then the outputs of the steps before.
struct TraceSegment {
  RecordedPlan recorded;
  std::size_t first = 0;
  mutable std::atomic<bool> is_cheap = false;
};

/// One way through `forward`. It holds for an input as long as its guards do. Thread-safe.
class KeptTrace {
 public:
  /// `log` is whole.
  KeptTrace(const TraceLog& log, std::shared_ptr<CompositeTable> table, const PlanPasses& passes);

  [[nodiscard]] bool holds_for(const Value& input) const;
  [[nodiscard]] const TraceSegment& whole() const noexcept { return whole_; }
  /// The rest from step `first` on, compiled when it is asked for first. Lifetime: that of the trace.
  [[nodiscard]] const TraceSegment& rest(std::size_t first) const;
  [[nodiscard]] const std::vector<RecordedStep>& steps() const noexcept { return program_.steps; }
  [[nodiscard]] const std::vector<std::shared_ptr<const TraceGuard>>& input_guards() const noexcept {
    return input_guards_;
  }
  [[nodiscard]] const std::vector<SignatureFact>& signatures() const noexcept { return program_.signatures; }
  /// The guard of a step that is a check.
  [[nodiscard]] const TraceGuard& guard(std::size_t step) const;
  /// What runs or looks in a step.
  [[nodiscard]] const OpReference& op(std::size_t step) const {
    return (*program_.operators)[program_.steps[step].op];
  }
  /// True when nothing was looked at: `forward` can go no other way.
  [[nodiscard]] bool is_certain() const noexcept;
  /// True when both do the same before step `end`.
  [[nodiscard]] bool begins_like(const KeptTrace& other, std::size_t end) const;
  [[nodiscard]] std::size_t calls() const noexcept;

  void note_replay() const noexcept { replays_.fetch_add(1, std::memory_order_relaxed); }
  void note_failure(std::size_t step) const;
  /// Runs that came to their end here.
  [[nodiscard]] std::uint64_t replays() const noexcept { return replays_.load(std::memory_order_relaxed); }
  /// How often the guard of a step held, and failed.
  [[nodiscard]] std::uint64_t held(std::size_t step) const;
  [[nodiscard]] std::uint64_t failed(std::size_t step) const;

 private:
  const std::shared_ptr<CompositeTable> table_;
  const PlanPasses passes_;
  const CompositeProgram program_;
  const std::vector<std::shared_ptr<const TraceGuard>> input_guards_;
  TraceSegment whole_;
  mutable std::mutex mutex_;
  mutable std::map<std::size_t, TraceSegment> rests_;
  mutable std::map<std::size_t, std::uint64_t> failures_;
  mutable std::atomic<std::uint64_t> replays_ = 0;
};

/// Thread-safe.
class TraceSet {
 public:
  using Trace = std::shared_ptr<const KeptTrace>;
  /// So many traces are kept, the most recently used first. After as many runs in a row of which none was
  /// like one before, none is expected to be.
  static constexpr std::size_t most_traces = 8;

  /// The trace that holds for `input` as far as that alone can tell, or null.
  [[nodiscard]] Trace find(const Value& input);
  /// Another trace for `input` that does what `failed` did up to `step`, and goes on from what is there
  /// instead. `outputs` are those of the steps before. Null when there is none.
  [[nodiscard]] Trace find_other(const KeptTrace& failed, std::size_t step, const Value& input,
                                 const std::vector<std::optional<Value>>& outputs);
  /// Keeps what was observed. Returns false when a trace for it is there already.
  bool keep(Trace trace);
  void note_replay(const KeptTrace& trace) noexcept;
  /// A run was observed because no trace was for it; `why`, in one sentence.
  void note_observed(const std::string& why);

  /// What `find` did not find in the latest trace, in one sentence.
  [[nodiscard]] std::string difference_of(const Value& input) const;

  /// True when `forward` is better run on every call.
  [[nodiscard]] bool is_given_up() const noexcept { return is_given_up_.load(std::memory_order_relaxed); }
  /// True when the latest trace is the only way that `forward` can go.
  [[nodiscard]] bool is_certain() const;
  /// Why it was given up.
  [[nodiscard]] std::string reason() const;
  [[nodiscard]] std::vector<Trace> traces() const;

 private:
  mutable std::mutex mutex_;
  std::list<Trace> traces_;
  std::atomic<std::size_t> in_vain_ = 0;
  std::atomic<bool> is_given_up_ = false;
  std::string reason_;
};

}  // namespace ember::xcs
