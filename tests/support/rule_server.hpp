// A loopback server that answers each request by a rule and remembers the requests.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/raw_server.hpp"

namespace ember::testing {

class RuleServer {
 public:
  /// `rule` is given the whole request and how many came before; returns the bytes to send. No bytes leave
  /// the client waiting.
  using Rule = std::function<std::string(const std::string& request, std::size_t earlier)>;

  explicit RuleServer(Rule rule)
      : rule_(std::move(rule)),
        server_(RawServer::per_connection([this](RawConnection& connection) { serve(connection); })) {}

  [[nodiscard]] std::string url(std::string_view path = "") const { return server_.url(path); }
  [[nodiscard]] std::string where() const { return server_.where(); }
  /// All requests that came in full, whatever was answered.
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
      if (response.empty()) return connection.wait_until_closed();
      if (!connection.send(response) || response.find("Connection: close") != std::string::npos) return;
    }
  }

  Rule rule_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  RawServer server_;
};

}  // namespace ember::testing
