// Tracing: where the records of calls go, and the spans that calls are inside of.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <ember/op.hpp>
#include <ember/tracer.hpp>

#include "base/ambient.hpp"
#include "base/call_span.hpp"

namespace ember::xcs {

/// Gives calls their numbers and tracks. Thread-safe.
class CallNumbers {
 public:
  struct Place {
    std::uint64_t call = 0;
    std::size_t track = 0;
  };
  /// A number for a call that starts inside `parent`, and a track: that of `parent` when nothing else is open
  /// in it there, else the lowest free one.
  Place begin(const std::optional<Place>& parent);
  void end(const Place& place) noexcept;

 private:
  std::mutex mutex_;
  std::uint64_t next_call_ = 0;
  /// The open calls of each track, innermost last.
  std::vector<std::vector<std::uint64_t>> tracks_;
  std::set<std::size_t> free_;
};

/// The destinations of records in a stretch of work. Immutable.
struct Tracing {
  std::vector<std::shared_ptr<TraceSink>> sinks;
  std::shared_ptr<CallNumbers> numbers;
  TraceOrigin origin;
  /// The last of the sinks keeps the records of a call under `trace_execution`.
  bool has_option_sink = false;
  /// The scope that this is of, if any.
  TracerContext* context = nullptr;
};

/// The call, or other stretch of work, that a thread is in. Without `tracing` it only measures.
class Span final : public CallSpan {
 public:
  Span(std::shared_ptr<const Span> outer, std::shared_ptr<const Tracing> tracing,
       std::optional<CallNumbers::Place> place)
      : CallSpan(std::move(outer)), tracing_(std::move(tracing)), place_(place) {}

  static const Span* current() noexcept { return Ambient::current().get<Span>(AmbientSlot::span); }
  static std::shared_ptr<const Span> share_current() {
    return Ambient::current().share<Span>(AmbientSlot::span);
  }

  [[nodiscard]] const std::shared_ptr<const Tracing>& tracing() const noexcept { return tracing_; }
  [[nodiscard]] const std::optional<CallNumbers::Place>& place() const noexcept { return place_; }

 private:
  const std::shared_ptr<const Tracing> tracing_;
  const std::optional<CallNumbers::Place> place_;
};

/// Keeps what it is given.
class KeepingSink final : public TraceSink {
 public:
  void record(const std::shared_ptr<const TraceRecord>& call) noexcept override;
  [[nodiscard]] std::vector<TraceRecord> records() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const TraceRecord>> records_;
};

/// A span that has begun: a record in the making. Ends once, on any thread.
class OpenSpan {
 public:
  /// Begins a span inside `outer`, whose tracing must not be null, on the calling thread. `op` is empty for
  /// spans that are no calls.
  OpenSpan(std::shared_ptr<const Span> outer, std::string name, OpReference op, Value inputs);

  /// The settings of the calling thread with this span as the current one.
  [[nodiscard]] Ambient ambient() const;
  /// Completes the record and hands it to the sinks.
  void end(const Value& outputs, const std::exception_ptr& error, bool is_cached = false);

 private:
  std::shared_ptr<const Span> span_;
  std::shared_ptr<TraceRecord> record_;
  std::shared_ptr<Clock> clock_;
};

/// A stretch of work under `trace_execution`: its records become the last trace of the thread that ends it.
class OptionTrace {
 public:
  /// Whether `publish` is called at the end of the object.
  enum class Publish { by_hand, at_end };

  /// Begins inside the current span.
  explicit OptionTrace(Publish publish);
  ~OptionTrace();
  OptionTrace(const OptionTrace&) = delete;
  OptionTrace& operator=(const OptionTrace&) = delete;

  /// `ambient` inside this stretch.
  [[nodiscard]] Ambient within(const Ambient& ambient) const;
  [[nodiscard]] Trace trace() const;
  /// Makes the records so far the calling thread's last trace.
  void publish() const;

 private:
  const Publish publish_;
  std::shared_ptr<KeepingSink> sink_;
  std::shared_ptr<const Span> span_;
};

/// True when the settings in `ambient` already collect for `trace_execution`.
bool is_option_traced(const Ambient& ambient) noexcept;
/// The same settings where `trace_execution` is switched off again: what tracers collect stays.
Ambient without_option_trace(const Ambient& ambient);

/// How the arguments of the next call on this thread came about; taken by the next `OpenSpan`.
void set_next_provenance(std::shared_ptr<const Binding> provenance) noexcept;
/// The number of the last call that this thread ended since `forget_last_ended_call`, for provenance.
std::optional<std::uint64_t> last_ended_call() noexcept;
void forget_last_ended_call() noexcept;

/// The clock that the calling thread goes by.
const std::shared_ptr<Clock>& current_clock();
/// Now, by that clock.
TraceOrigin current_origin();

}  // namespace ember::xcs
