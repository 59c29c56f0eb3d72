// Short, stable numbers for threads, for people to read.
#pragma once

#include <cstddef>

namespace ember {

/// The number of the calling thread, counted from 1 as threads ask for the first time.
std::size_t thread_number() noexcept;

}  // namespace ember
