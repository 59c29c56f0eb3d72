// The thread's settings are a pointer to the innermost scope's copy, so reading a slot is two loads.
#include "base/ambient.hpp"

#include <utility>

namespace ember {
namespace {

const Ambient& empty_ambient() noexcept {
  static const Ambient empty;
  return empty;
}

thread_local const Ambient* thread_ambient = nullptr;

}  // namespace

const Ambient& Ambient::current() noexcept {
  return thread_ambient ? *thread_ambient : empty_ambient();
}

Ambient Ambient::with(AmbientSlot slot, std::shared_ptr<const void> content) const {
  auto slots = slots_ ? std::make_shared<Slots>(*slots_) : std::make_shared<Slots>();
  (*slots)[static_cast<std::size_t>(slot)] = std::move(content);
  Ambient changed;
  changed.slots_ = std::move(slots);
  return changed;
}

AmbientScope::AmbientScope(Ambient ambient) noexcept : own_(std::move(ambient)), previous_(thread_ambient) {
  thread_ambient = &own_;
}

AmbientScope::~AmbientScope() {
  thread_ambient = previous_;
}

}  // namespace ember
