// Whether the calls of a thread come in the order of the program, and so in the same order in all processes
// that run it. Overlapped calls do not. Only programs of several processes keep account of it.
#pragma once

#include <atomic>
#include <optional>

#include "base/ambient.hpp"

namespace ember {

/// Read through `is_call_order_kept`.
extern constinit std::atomic<bool> keeps_call_order;

/// From now on, for the rest of the process.
void keep_call_order() noexcept;
inline bool is_call_order_kept() noexcept {
  return keeps_call_order.load(std::memory_order_relaxed);
}

/// `ambient` for work whose calls have no order. Only where the order is kept.
Ambient without_call_order(const Ambient& ambient);
/// False where the calls of this thread may come in another order in other processes.
bool has_call_order() noexcept;

/// Inside: calls of this thread, and of work that it starts, have no order. Costs a look where none is kept.
class UnorderedScope {
 public:
  UnorderedScope() {
    if (is_call_order_kept()) scope_.emplace(without_call_order(Ambient::current()));
  }
  UnorderedScope(const UnorderedScope&) = delete;
  UnorderedScope& operator=(const UnorderedScope&) = delete;

 private:
  std::optional<AmbientScope> scope_;
};

}  // namespace ember
