// Tracer: records of operator calls: what was called, by whom, with what, when, where and at what cost.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ember/call_usage.hpp>
#include <ember/clock.hpp>
#include <ember/value.hpp>

namespace ember {
class OperatorBase;
}

namespace ember::xcs {

struct Binding;

/// One completed call of an operator.
struct TraceRecord {
  /// The operator's own name.
  std::string operator_name = {};
  /// What the call goes by where it is made: the name of a node or child. Empty when it has no other name.
  std::string label = {};
  /// Numbers the calls of a trace from 0, in order of their start.
  std::uint64_t call_id = 0;
  /// The call that this one was made in; none at the top.
  std::optional<std::uint64_t> parent_id = {};
  /// The operator object. Equal addresses are the same instance. Null for spans that are no operator calls.
  std::shared_ptr<const OperatorBase> op = {};
  Value inputs = {};
  /// Null when the call failed.
  Value outputs = {};
  /// By the clock of the runtime that the call ran in.
  TimePoint start_time = {};
  TimePoint end_time = {};
  /// What the call threw, or null.
  std::exception_ptr exception = {};
  /// The thread that started the call, counted from 1 as threads appear.
  std::size_t thread_id = 0;
  /// A line of a timeline: the spans of one track nest, never overlap otherwise. Counted from 0.
  std::size_t track = 0;
  /// Where the call was placed, such as `cpu` or `gpu:0`.
  std::string device = {};
  /// Model calls made inside this call, with all the calls in it.
  CallUsage usage = {};
  /// The result came from the cache: the operator did not run.
  bool is_cached = false;
  /// How the inputs came about, when that was observed: nodes are `call_id`s, the graph input is the input of
  /// the parent. Null when it was not.
  std::shared_ptr<const Binding> provenance = {};

  /// The label, or the operator's own name.
  [[nodiscard]] const std::string& name() const noexcept { return label.empty() ? operator_name : label; }
  /// `<operator_name>_<call_id>`: unique in a trace.
  [[nodiscard]] std::string node_id() const { return operator_name + "_" + std::to_string(call_id); }
  /// Identity of the operator instance: 0 without one.
  [[nodiscard]] std::uint64_t instance_id() const noexcept {
    return reinterpret_cast<std::uintptr_t>(op.get());
  }
  [[nodiscard]] Duration duration() const noexcept { return end_time - start_time; }
  [[nodiscard]] TimePoint timestamp() const noexcept { return end_time; }
  [[nodiscard]] bool succeeded() const noexcept { return exception == nullptr; }
};

/// Links the clock of a trace to the calendar.
struct TraceOrigin {
  TimePoint time = {};
  std::chrono::system_clock::time_point wall_time = {};

  /// The calendar time of `time`.
  [[nodiscard]] std::chrono::system_clock::time_point wall(TimePoint at) const noexcept {
    return wall_time + std::chrono::duration_cast<std::chrono::system_clock::duration>(at - time);
  }
};

/// The calls of one traced stretch of work, in order of their completion.
struct Trace {
  TraceOrigin origin = {};
  std::vector<TraceRecord> records = {};

  [[nodiscard]] bool empty() const noexcept { return records.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return records.size(); }
};

/// Receives records as calls complete.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  /// A call has completed. Comes from the thread that completed it, from many at once; must not block.
  virtual void record(const std::shared_ptr<const TraceRecord>& call) noexcept = 0;
};

/// A scope in which every operator call is recorded: on the thread that made the scope, and on all that work
/// for it. Calls run as always. Scopes nest: calls inside an inner one are recorded by that alone. Ends on
/// the thread that made it.
class TracerContext {
 public:
  /// Keeps the records.
  TracerContext();
  /// Hands every record to `sink` and keeps none. Throws InvalidArgumentError for null.
  explicit TracerContext(std::shared_ptr<TraceSink> sink);
  ~TracerContext();
  TracerContext(const TracerContext&) = delete;
  TracerContext& operator=(const TracerContext&) = delete;

  /// The calls that have completed so far. Thread-safe.
  [[nodiscard]] std::vector<TraceRecord> records() const;
  /// The same with the origin of its times. Thread-safe.
  [[nodiscard]] Trace trace() const;
  [[nodiscard]] const TraceOrigin& origin() const noexcept;

  /// The innermost scope that this thread works in, or null. Lifetime: that of the scope.
  static TracerContext* get_current() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The records of the last call that this thread made under `trace_execution`; empty before the first.
Trace last_trace();
/// Forgets it.
void clear_last_trace() noexcept;

}  // namespace ember::xcs
