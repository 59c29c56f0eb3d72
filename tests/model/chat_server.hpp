// A loopback chat server that answers each request by a rule and remembers the requests.
#pragma once

#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "support/raw_server.hpp"

namespace ember::testing {

class ChatServer {
 public:
  /// `rule` is given the whole request and how many came before; returns the bytes to send.
  using Rule = std::function<std::string(const std::string& request, std::size_t earlier)>;

  explicit ChatServer(Rule rule)
      : rule_(std::move(rule)),
        server_(RawServer::per_connection([this](RawConnection& connection) { serve(connection); })) {}
  /// Answers every request with the same bytes.
  explicit ChatServer(std::string response)
      : ChatServer([response = std::move(response)](const std::string&, std::size_t) { return response; }) {}

  [[nodiscard]] std::string base_url() const { return server_.url("/v1"); }
  [[nodiscard]] std::string root_url() const { return server_.url(""); }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve(RawConnection& connection) {
    for (std::string request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      std::size_t earlier = 0;
      {
        const std::lock_guard lock(mutex_);
        earlier = requests_.size();
        requests_.push_back(request);
      }
      const std::string response = rule_(request, earlier);
      if (!connection.send(response) || response.find("Connection: close") != std::string::npos) return;
    }
  }

  Rule rule_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  RawServer server_;
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
