// TraceFile: traces as files of the Trace Event Format, which Perfetto, chrome://tracing and `ember trace`
// read.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <ember/tracer.hpp>

namespace ember {

/// The trace as a JSON document of the Trace Event Format: one complete event for each call, with its inputs,
/// outputs, error and usage as `args`. Values are cut to about 2 KiB of text each; secrets are masked. Times
/// count from the origin of the trace, in microseconds.
std::string to_chrome_trace(const xcs::Trace& trace);

/// Writes `to_chrome_trace(trace)` to the file `path`, which is replaced. Throws DataError naming path and
/// reason.
void write_trace(const xcs::Trace& trace, const std::string& path);

/// The trace as one HTML page that needs no network: timeline, critical path, operators.
std::string to_html(const xcs::Trace& trace);

/// Writes calls to a file of that format while they complete. Memory is bounded: a thread writes what is
/// pending, and calls that come faster than the disk takes them are left out and counted.
///
///     auto file = std::make_shared<TraceFile>("trace.json");
///     {
///       xcs::TracerContext tracing(file);
///       answer(question);
///     }
///     file->close();
class TraceFile : public xcs::TraceSink {
 public:
  /// Opens and empties the file. Times count from `origin`, by default from now by the real clock. Throws
  /// DataError naming path and reason.
  explicit TraceFile(const std::string& path);
  TraceFile(const std::string& path, const xcs::TraceOrigin& origin);
  /// Closes. An error is lost then; `close` tells it.
  ~TraceFile() override;
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  /// Takes a call over for writing. Thread-safe; never waits for the disk. After `close` it does nothing.
  void record(const std::shared_ptr<const xcs::TraceRecord>& call) noexcept override;

  /// Writes what is pending. Throws DataError naming path and reason, also for what was to be written before.
  /// Thread-safe.
  void flush();
  /// Writes what is pending and ends the document. Throws as `flush` does. A second call does nothing.
  void close();

  /// Calls that have been written. Thread-safe.
  [[nodiscard]] std::size_t calls_written() const noexcept;
  /// Calls that were left out, because too many were pending or the file could not be written. Thread-safe.
  [[nodiscard]] std::size_t calls_lost() const noexcept;
  [[nodiscard]] const std::string& path() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ember
