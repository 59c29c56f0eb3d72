// MetricsServer: one text over HTTP, for Prometheus, on a thread of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace ember::cli {

/// Answers GET /metrics as long as it lives.
class MetricsServer {
 public:
  /// Listens on the numeric address at once; port 0 picks a free one. `text` is called on the server's thread
  /// for every request. Throws UsageError for what is no address, and DataError when listening fails.
  MetricsServer(const std::string& address, std::uint16_t port, std::function<std::string()> text);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  /// `http://HOST:PORT/metrics`.
  [[nodiscard]] std::string url() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ember::cli
