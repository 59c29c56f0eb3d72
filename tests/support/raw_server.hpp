// RawServer: a loopback server on bare sockets that can misbehave in every way a script says.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace ember::testing {

/// One accepted connection. Closes itself at its end.
class RawConnection {
 public:
  explicit RawConnection(int fd) noexcept : fd_(fd) {}
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  /// The next request with its body, by its Content-Length; empty when the client closed.
  std::string read_request();
  /// Sends all of it; false when the client is gone.
  bool send(std::string_view bytes);
  /// Waits until the client closes or breaks the connection.
  void wait_until_closed();
  /// Ends the connection with a reset instead of an orderly close.
  void reset();
  /// Breaks reads and writes, from any thread.
  void abort() noexcept;

 private:
  std::mutex closing_;  // Guards the descriptor's number against `abort`.
  int fd_;
  std::string unread_;
};

/// A listening socket on 127.0.0.1 whose script runs on a thread of its own.
class RawServer {
 public:
  using Handler = std::function<void(RawConnection&)>;
  using Script = std::function<void(RawServer&)>;

  /// Calls `handler` for each connection, each on a thread of its own; the connection closes when it returns.
  static RawServer per_connection(Handler handler);
  /// Runs `script`, which calls `accept` itself.
  explicit RawServer(Script script);
  /// Breaks every connection and joins all threads.
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  /// The next connection; null once the server ends. Valid as long as the server.
  RawConnection* accept();

  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::string url(std::string_view path = "/", std::string_view host = "127.0.0.1") const;
  /// `127.0.0.1:port`.
  [[nodiscard]] std::string where() const;
  [[nodiscard]] std::size_t connections() const noexcept { return connections_; }

 private:
  int listener_ = -1;
  int port_ = 0;
  std::atomic<std::size_t> connections_{0};
  std::mutex mutex_;
  bool is_ending_ = false;
  std::list<RawConnection> accepted_;
  std::thread thread_;
};

/// A whole response with a Content-Length.
std::string http_response(std::string_view body, std::string_view status = "200 OK",
                          std::string_view headers = "");

/// A port of 127.0.0.1 where nobody listens.
int closed_port();

}  // namespace ember::testing
