// OtlpCollector: hands one request after another to a collector, with the repetitions that OTLP asks for.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <random>
#include <stop_token>
#include <string>

#include <ember/otlp.hpp>

#include "net/http_client.hpp"

namespace ember::xcs {

/// What became of a request.
struct Delivery {
  bool is_accepted = false;
  /// Spans that the collector did not take from an accepted request.
  std::uint64_t rejected = 0;
  /// Why it was not accepted, or what the collector had to say about it; may be empty.
  std::string remark{};
};

class OtlpCollector {
 public:
  /// Checks the URL and the headers. Throws InvalidArgumentError.
  explicit OtlpCollector(const OtlpOptions& options);

  /// Sends `body` until it is accepted, refused for good, or the attempts are used up. `on_retry` is told the
  /// failure before each wait. Blocks; a stop request ends it soon.
  Delivery deliver(const std::string& body, const std::stop_token& stop,
                   const std::function<void(const std::string&)>& on_retry);

  /// `host:port`.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  /// One answer; `retry_after` is set when it is worth another attempt.
  struct Answer {
    Delivery delivery{};
    bool may_repeat = false;
    std::optional<Duration> retry_after{};
  };

  Answer post(const std::string& body, const std::stop_token& stop) const;
  static Answer answer_of(const net::HttpResponse& response);
  Duration wait_after(int attempt, const std::optional<Duration>& asked_for);

  net::HttpRequest request_;
  std::string name_;
  Duration request_timeout_;
  int max_attempts_;
  Duration min_wait_;
  Duration max_wait_;
  std::minstd_rand dice_{std::random_device{}()};
};

}  // namespace ember::xcs
