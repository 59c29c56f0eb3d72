// OTLP: traces for OpenTelemetry collectors, as JSON over HTTP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ember/clock.hpp>
#include <ember/tracer.hpp>

namespace ember::xcs {

/// How spans are described.
struct OtlpFormat {
  /// The attribute `service.name` of all spans.
  std::string service_name = "ember";
  /// Inputs and outputs are cut to about this many bytes each; 0 leaves both out. Secrets are masked in any
  /// case.
  std::size_t most_value_bytes = 2048;
  /// Makes the ids of traces and spans reproducible; random without.
  std::optional<std::uint64_t> seed{};
};

/// The trace as the JSON encoding of an `ExportTraceServiceRequest`. Every call without a parent begins a
/// trace of its own, with all that was called inside; a call whose parent is not in `trace` does too.
std::string to_otlp_json(const Trace& trace, const OtlpFormat& format = {});

struct OtlpOptions {
  /// The collector: http or https. An origin alone, such as `http://localhost:4318`, gets `/v1/traces`.
  std::string url = "http://localhost:4318/v1/traces";
  /// Sent with every request, such as `Authorization`; never shown.
  std::vector<std::pair<std::string, std::string>> headers{};
  OtlpFormat format{};
  /// Most spans of one request; at least 1.
  std::size_t batch_size = 512;
  /// Spans wait this long for a batch to fill.
  Duration flush_interval = std::chrono::seconds(1);
  /// Most spans that wait to be sent, at least 1; what is recorded beyond them is dropped.
  std::size_t max_waiting = 100'000;
  /// Time for each request.
  Duration request_timeout = std::chrono::seconds(10);
  /// How often a request is sent at most while the collector is away or busy; at least 1.
  int max_attempts = 5;
  /// The first wait between two attempts; it doubles with each, up to `max_wait`. Waits that the collector
  /// asks for are kept, up to `max_wait`.
  Duration min_wait = std::chrono::seconds(1);
  Duration max_wait = std::chrono::seconds(30);
  /// A span is sent when the call at the root of its trace has completed, or after this long without.
  Duration longest_hold = std::chrono::seconds(30);
  /// Where the times of the records lie in the calendar; for real time when the exporter is made.
  std::optional<TraceOrigin> origin{};

  /// Throws InvalidArgumentError naming the option that is out of range.
  void validate() const;
};

/// Numbers of spans.
struct OtlpCounts {
  /// Handed to `record`.
  std::uint64_t recorded = 0;
  /// Accepted by the collector.
  std::uint64_t sent = 0;
  /// Refused by the collector, or not delivered by the last attempt.
  std::uint64_t failed = 0;
  /// Never sent: too many were waiting, or the exporter was closed.
  std::uint64_t dropped = 0;

  /// Still to be sent.
  [[nodiscard]] std::uint64_t waiting() const noexcept { return recorded - sent - failed - dropped; }
};

/// Sends records to a collector, in batches and on a thread of its own: calls never wait for it. What can not
/// be delivered is counted, with one warning for each kind of failure through the log, and changes nothing
/// for the calls. Serves one TracerContext: the ids of its spans come from their numbers there.
class OtlpExporter final : public TraceSink {
 public:
  /// Throws InvalidArgumentError for options out of range. Does not connect yet.
  explicit OtlpExporter(OtlpOptions options = {});
  /// Closes, with 5 seconds for what is left.
  ~OtlpExporter() override;
  OtlpExporter(const OtlpExporter&) = delete;
  OtlpExporter& operator=(const OtlpExporter&) = delete;

  void record(const std::shared_ptr<const TraceRecord>& call) noexcept override;

  /// Sends all that was recorded so far, also of traces whose root has not completed. Returns true once that
  /// was tried, false when `timeout` comes first; the sending goes on then. Thread-safe.
  bool flush(Duration timeout);
  /// Sends what is left and ends the thread. What is not delivered when `timeout` comes is dropped, and so is
  /// what is recorded from now on. Returns true when nothing was dropped by closing. Thread-safe; the second
  /// call does nothing.
  bool close(Duration timeout);

  /// Thread-safe.
  [[nodiscard]] OtlpCounts counts() const;
  /// `host:port` of the collector.
  [[nodiscard]] const std::string& collector() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ember::xcs
