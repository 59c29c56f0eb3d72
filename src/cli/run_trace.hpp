// RunTrace: where the trace of a run goes: a file, a collector, both or nowhere.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <ember/otlp.hpp>
#include <ember/trace_file.hpp>

namespace ember::cli {

class RunTrace {
 public:
  /// Opens the file, and makes ready to send to the collector. Throws DataError naming the file, and
  /// UsageError for a URL that is none.
  RunTrace(const std::optional<std::string>& file, const std::optional<std::string>& collector_url);

  /// While it lives, calls of this thread and of what works for it are recorded. Null when nobody wants them.
  [[nodiscard]] std::unique_ptr<xcs::TracerContext> begin() const;
  /// Ends the file, and sends what the collector has not got, for some seconds. Returns what is wrong with
  /// the file, without line end; empty when nothing is. A run is over then, and its results are worth more
  /// than its trace.
  [[nodiscard]] std::string close() noexcept;
  /// Lines for the summary; empty without a file that is whole or a collector.
  [[nodiscard]] std::string text() const;

 private:
  std::shared_ptr<TraceFile> file_;
  std::shared_ptr<xcs::OtlpExporter> exporter_;
  bool is_whole_ = false;
};

}  // namespace ember::cli
