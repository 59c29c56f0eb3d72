// The transport: HTTP/1.1 on one thread for any number of connections. Knows sockets and timers, not chats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "simulate/chat_service.hpp"

namespace ember::simulate {

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  /// 0 picks a free one.
  std::uint16_t port = 0;
  /// A larger body gets status 413.
  std::size_t most_body_bytes = std::size_t{64} << 20U;
};

class HttpServer {
 public:
  /// Listens at once. Throws DataError naming address and cause when that is not possible. Lifetime:
  /// `service` must outlive the server and is used by `run` alone.
  HttpServer(ChatService& service, const HttpServerOptions& options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The port that it listens on.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// `http://HOST:PORT`.
  [[nodiscard]] std::string url() const;

  /// Makes SIGINT and SIGTERM end `run`.
  void stop_on_signals();
  /// Serves until `stop`; open connections are closed by the destructor.
  void run();
  /// Ends `run`. Safe from any thread.
  void stop() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Lets the process open as many files as the system allows it; returns that number.
std::size_t raise_open_file_limit() noexcept;

}  // namespace ember::simulate
