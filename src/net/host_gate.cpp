#include "net/host_gate.hpp"

#include <algorithm>

namespace ember::net {

HostGate::Entry HostGate::enter(const std::string& name, Transfer& transfer, TimePoint now) {
  Host& host = hosts_[name];
  if (now < host.trusted_until) return Entry::free;
  if (host.lookups < max_lookups) {
    ++host.lookups;
    return Entry::lookup;
  }
  host.waiting.push_back(&transfer);
  return Entry::wait;
}

std::vector<Transfer*> HostGate::resolved(const std::string& name, TimePoint now) {
  Host& host = hosts_[name];
  if (host.lookups > 0) --host.lookups;
  host.trusted_until = now + trusted_time;
  std::vector<Transfer*> released(host.waiting.begin(), host.waiting.end());
  host.waiting.clear();
  return released;
}

std::vector<Transfer*> HostGate::passed(const std::string& name) {
  Host& host = hosts_[name];
  if (host.lookups > 0) --host.lookups;
  std::vector<Transfer*> released;
  while (host.lookups < max_lookups && !host.waiting.empty()) {
    ++host.lookups;
    released.push_back(host.waiting.front());
    host.waiting.pop_front();
  }
  return released;
}

std::vector<Transfer*> HostGate::failed(const std::string& name) {
  Host& host = hosts_[name];
  if (host.lookups > 0) --host.lookups;
  std::vector<Transfer*> released(host.waiting.begin(), host.waiting.end());
  if (host.lookups == 0) {
    hosts_.erase(name);
  } else {
    host.waiting.clear();
  }
  return released;
}

void HostGate::leave(const std::string& name, Transfer& transfer) {
  const auto host = hosts_.find(name);
  if (host == hosts_.end()) return;
  auto& waiting = host->second.waiting;
  waiting.erase(std::remove(waiting.begin(), waiting.end(), &transfer), waiting.end());
}

}  // namespace ember::net
