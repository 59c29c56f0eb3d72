// LiveMetrics: what a run of the command counts for Prometheus while it goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include <ember/usage.hpp>

#include "cli/prometheus_text.hpp"

namespace ember::cli {

/// Thread-safe.
class LiveMetrics {
 public:
  /// A finished model call.
  void add_call(const CallRecord& call);
  /// A step that ran to an end, well or not.
  void add_step(const std::string& name, double seconds);
  /// Where the rows are now.
  void set_rows(std::size_t succeeded, std::size_t failed, std::size_t in_flight);

  /// All of it as Prometheus reads it.
  [[nodiscard]] std::string text() const;

 private:
  struct ModelCalls {
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
    std::uint64_t attempts = 0;
    std::int64_t prompt_tokens = 0;
    std::int64_t completion_tokens = 0;
    double cost_usd = 0;
    SecondsHistogram seconds{};
  };
  struct Rows {
    std::size_t succeeded = 0;
    std::size_t failed = 0;
    std::size_t in_flight = 0;
  };

  static void write_models(PrometheusText& text, const std::map<std::string, ModelCalls>& models);

  mutable std::mutex mutex_;
  Rows rows_;
  std::map<std::string, ModelCalls> models_;
  std::map<std::string, SecondsHistogram> steps_;
};

}  // namespace ember::cli
