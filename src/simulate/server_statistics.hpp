// What the server counts, shown at GET /stats.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <ember/value.hpp>

#include "simulate/failure_plan.hpp"

namespace ember::simulate {

/// Used by one thread, that of the server.
struct ServerStatistics {
  /// Chat completion requests that arrived.
  std::uint64_t requests = 0;
  /// Requests of which a whole answer was sent, by model.
  std::map<std::string, std::uint64_t> completions{};
  /// Answers to a prompt that its model had answered before.
  std::uint64_t repeated = 0;
  /// Requests refused because they were wrong: statuses 400 to 413.
  std::uint64_t refused = 0;
  /// Requests whose client went away before the answer was sent.
  std::uint64_t abandoned = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t peak_in_flight = 0;
  std::uint64_t connections = 0;
  std::uint64_t peak_connections = 0;
  std::uint64_t accepted_connections = 0;
  /// Failures made on purpose, by kind.
  std::array<std::uint64_t, failure_kinds> failures{};
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;

  [[nodiscard]] Value to_value() const;
};

/// What became of one prompt of one model.
struct PromptHistory {
  std::uint32_t arrivals = 0;
  std::uint32_t answers = 0;
};

/// One chat completion request in flight: counted from construction to destruction.
class Call {
 public:
  explicit Call(ServerStatistics& statistics) noexcept;
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// Says what will have been delivered when `delivered` is called. `history` must outlive the call.
  void answer(std::string model, PromptHistory& history, std::uint64_t prompt_tokens,
              std::uint64_t completion_tokens);
  /// The answer, if there is one, was sent to its end.
  void delivered();
  void abandoned() noexcept { ++statistics_.abandoned; }

 private:
  ServerStatistics& statistics_;
  std::string model_{};
  PromptHistory* history_ = nullptr;
  std::uint64_t prompt_tokens_ = 0;
  std::uint64_t completion_tokens_ = 0;
};

}  // namespace ember::simulate
