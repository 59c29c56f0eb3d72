#include "net/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <mutex>

namespace ember::net {

void raise_open_files_limit() {
  static std::once_flag raised;
  std::call_once(raised, [] {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE,
              &limit);  // A refusal leaves the lower limit, which bounds the requests in flight.
  });
}

std::size_t sockets_within_limit() {
  constexpr rlim_t most = 1'000'000;
  constexpr rlim_t reserve = 512;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 512;
  const rlim_t files = std::min(limit.rlim_cur, most);
  return static_cast<std::size_t>(std::max<rlim_t>(files > 2 * reserve ? files - reserve : files / 2, 1));
}

}  // namespace ember::net
