#include "base/call_order.hpp"

#include <memory>

namespace ember {

constinit std::atomic<bool> keeps_call_order = false;

void keep_call_order() noexcept {
  keeps_call_order.store(true, std::memory_order_relaxed);
}

Ambient without_call_order(const Ambient& ambient) {
  static const auto mark = std::make_shared<const bool>(true);
  if (ambient.get<bool>(AmbientSlot::call_order)) return ambient;
  return ambient.with(AmbientSlot::call_order, mark);
}

bool has_call_order() noexcept {
  return Ambient::current().get<bool>(AmbientSlot::call_order) == nullptr;
}

}  // namespace ember
