// A loopback chat server, and what such servers answer.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "support/rule_server.hpp"

namespace ember::testing {

/// A rule server under the addresses that model services have.
class ChatServer : public RuleServer {
 public:
  using RuleServer::RuleServer;
  /// Answers every request with the same bytes.
  explicit ChatServer(std::string response)
      : RuleServer([response = std::move(response)](const std::string&, std::size_t) { return response; }) {}

  [[nodiscard]] std::string base_url() const { return url("/v1"); }
  [[nodiscard]] std::string root_url() const { return url(); }
};

/// A whole JSON response.
inline std::string json_response(std::string_view body, std::string_view status = "200 OK",
                                 std::string_view headers = "") {
  return http_response(body, status, "Content-Type: application/json\r\n" + std::string(headers));
}

/// An event stream that ends with the connection.
inline std::string event_stream(std::string_view events) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" +
         std::string(events);
}

/// The JSON body of a request.
inline std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

/// Sets an environment variable while it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

}  // namespace ember::testing
