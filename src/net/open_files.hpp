// The process's limit of open files: every request in flight holds a socket.
#pragma once

#include <cstddef>

namespace ember::net {

/// Raises the soft limit to the hard one; does nothing after the first call.
void raise_open_files_limit();

/// How many sockets a client may hold, by the present limit, so that the rest of the process keeps a reserve.
std::size_t sockets_within_limit();

}  // namespace ember::net
