#include "base/thread_number.hpp"

#include <atomic>

namespace ember {

std::size_t thread_number() noexcept {
  static std::atomic<std::size_t> threads = 0;
  thread_local const std::size_t number = ++threads;
  return number;
}

}  // namespace ember
