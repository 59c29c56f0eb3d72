// LoopbackServer: the real server on a thread of its own.
#pragma once

#include <cstdint>
#include <string>
#include <thread>

#include <ember/value.hpp>

#include "simulate/chat_service.hpp"
#include "simulate/http_server.hpp"

namespace ember::simulate {

class LoopbackServer {
 public:
  explicit LoopbackServer(ServiceOptions options = {}, const HttpServerOptions& server = {});
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] std::string url() const { return server_.url(); }
  /// What GET /stats says.
  [[nodiscard]] Value stats() const;

 private:
  ChatService service_;
  HttpServer server_;
  std::thread thread_;
};

}  // namespace ember::simulate
