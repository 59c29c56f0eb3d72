#include "simulate/loopback_server.hpp"

#include <ember/json.hpp>

#include <utility>

#include "simulate/loopback_client.hpp"

namespace ember::simulate {

LoopbackServer::LoopbackServer(ServiceOptions options, const HttpServerOptions& server)
    : service_(std::move(options)), server_(service_, server), thread_([this] { server_.run(); }) {}

LoopbackServer::~LoopbackServer() {
  server_.stop();
  thread_.join();
}

Value LoopbackServer::stats() const {
  LoopbackClient client(port());
  client.send_request("GET", "/stats");
  return parse_json(client.receive().body);
}

}  // namespace ember::simulate
