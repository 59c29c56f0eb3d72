// The least that a program can do for many requests at once: libcurl's multi handles over one epoll, by hand.
#pragma once

#include "request_load.hpp"

namespace ember::bench {

/// Sends the load and reads all answers on the calling thread. Returns how many ended with status 200.
std::size_t run_bare_loop(const RequestLoad& load, std::size_t transfers_per_handle);

}  // namespace ember::bench
