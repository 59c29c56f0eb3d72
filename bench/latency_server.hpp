// A server on 127.0.0.1 that answers every HTTP request with the same body after a fixed time. One thread, no
// frills: it stands in for a model service, so that a benchmark measures the client.
#pragma once

#include <chrono>

namespace ember::bench {

class LatencyServer {
 public:
  /// Listens on a free port.
  explicit LatencyServer(std::chrono::milliseconds latency);
  [[nodiscard]] int port() const noexcept { return port_; }
  /// Serves until the process is killed.
  [[noreturn]] void run();

 private:
  std::chrono::milliseconds latency_;
  int listener_ = -1;
  int port_ = 0;
};

}  // namespace ember::bench
