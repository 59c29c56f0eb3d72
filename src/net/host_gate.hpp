// HostGate: lets few requests at a time look up one host name. The transport starts a thread for each
// look-up, and ten thousand requests to a new name must not become ten thousand threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include <ember/clock.hpp>

namespace ember::net {

class Transfer;

/// Requests to a name that was looked up a moment ago pass freely; others wait for the first few.
class HostGate {
 public:
  static constexpr std::size_t max_lookups = 4;
  /// How long the transport is told to remember an address; the gate trusts it for a little less.
  static constexpr std::chrono::seconds cache_time{60};
  static constexpr std::chrono::seconds trusted_time{50};

  enum class Entry { free, lookup, wait };

  /// `free`: go. `lookup`: go, and call `resolved` or `passed` later. `wait`: the transfer is kept here.
  Entry enter(const std::string& host, Transfer& transfer, TimePoint now);

  /// The name was looked up afresh just now. Returns who may go; they count as free.
  std::vector<Transfer*> resolved(const std::string& host, TimePoint now);
  /// A look-up ended without a fresh answer: an old one was used, or the request ended before. Returns who
  /// may go; they count as look-ups.
  std::vector<Transfer*> passed(const std::string& host);
  /// There is no such host: returns everyone who waited for it.
  std::vector<Transfer*> failed(const std::string& host);
  /// Forgets a transfer that waits no longer.
  void leave(const std::string& host, Transfer& transfer);

 private:
  struct Host {
    TimePoint trusted_until = TimePoint::min();
    std::size_t lookups = 0;
    std::deque<Transfer*> waiting;
  };

  std::unordered_map<std::string, Host> hosts_;
};

}  // namespace ember::net
