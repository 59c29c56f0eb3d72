// RequestLoad: what every contender of the HTTP benchmarks sends.
#pragma once

#include <cstddef>
#include <string>

namespace ember::bench {

struct RequestLoad {
  std::string url = {};
  std::string body = {};
  /// Requests open at any time, and in all.
  std::size_t in_flight = 10'000;
  std::size_t requests = 30'000;
};

}  // namespace ember::bench
