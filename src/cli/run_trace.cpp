#include "cli/run_trace.hpp"

#include <exception>
#include <utility>

#include <ember/error.hpp>

#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/otlp_settings.hpp"

namespace ember::cli {

namespace {

constexpr std::chrono::seconds sending_time(5);

/// Hands records to two others.
class TwoSinks final : public xcs::TraceSink {
 public:
  TwoSinks(std::shared_ptr<xcs::TraceSink> first, std::shared_ptr<xcs::TraceSink> second)
      : first_(std::move(first)), second_(std::move(second)) {}
  void record(const std::shared_ptr<const xcs::TraceRecord>& call) noexcept override {
    first_->record(call);
    second_->record(call);
  }

 private:
  std::shared_ptr<xcs::TraceSink> first_;
  std::shared_ptr<xcs::TraceSink> second_;
};

}  // namespace

RunTrace::RunTrace(const std::optional<std::string>& file, const std::optional<std::string>& collector_url) {
  try {
    if (collector_url) exporter_ = std::make_shared<xcs::OtlpExporter>(otlp_options(*collector_url));
  } catch (const InvalidArgumentError& error) {
    throw UsageError(std::string("--otlp: ") + error.what());
  }
  if (file) file_ = std::make_shared<TraceFile>(*file);
}

std::unique_ptr<xcs::TracerContext> RunTrace::begin() const {
  std::shared_ptr<xcs::TraceSink> sink = file_;
  if (sink && exporter_) {
    sink = std::make_shared<TwoSinks>(std::move(sink), exporter_);
  } else if (exporter_) {
    sink = exporter_;
  }
  return sink ? std::make_unique<xcs::TracerContext>(std::move(sink)) : nullptr;
}

std::string RunTrace::close() noexcept {
  if (exporter_) exporter_->close(sending_time);
  if (!file_) return {};
  try {
    file_->close();
    is_whole_ = true;
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::string RunTrace::text() const {
  std::string text;
  if (is_whole_) {
    const std::string lost =
        file_->calls_lost() != 0 ? fmt::format(", {} more were lost", file_->calls_lost()) : "";
    text = fmt::format("trace: {} spans in {}{}; see `ember trace {}`\n", file_->calls_written(),
                       file_->path(), lost, file_->path());
  }
  if (exporter_) {
    const xcs::OtlpCounts counts = exporter_->counts();
    text += fmt::format("trace: {} spans sent to {}", counts.sent, exporter_->collector());
    if (counts.failed != 0) text += fmt::format(", {} failed", counts.failed);
    if (counts.dropped != 0) text += fmt::format(", {} dropped", counts.dropped);
    text += '\n';
  }
  return text;
}

}  // namespace ember::cli
