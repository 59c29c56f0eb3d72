// The thread's settings are those of its innermost scope, so reading a slot is two loads.
#include "base/ambient.hpp"

#include <cassert>
#include <string>
#include <utility>

#include <ember/log.hpp>

namespace ember {

constinit thread_local AmbientScope* innermost_ambient_scope = nullptr;

Ambient Ambient::with(AmbientSlot slot, std::shared_ptr<const void> content) const {
  auto slots = slots_ ? std::make_shared<Slots>(*slots_) : std::make_shared<Slots>();
  (*slots)[static_cast<std::size_t>(slot)] = std::move(content);
  Ambient changed;
  changed.slots_ = std::move(slots);
  return changed;
}

AmbientScope::AmbientScope(Ambient ambient) noexcept
    : own_(std::move(ambient)), previous_(std::exchange(innermost_ambient_scope, this)) {}

AmbientScope::~AmbientScope() {
  AmbientScope** link = &innermost_ambient_scope;
  while (*link != nullptr && *link != this) link = &(*link)->previous_;
  if (*link == this) *link = previous_;
}

bool AmbientScope::is_innermost() const noexcept {
  return innermost_ambient_scope == this;
}

bool AmbientScope::is_of_this_thread() const noexcept {
  const AmbientScope* scope = innermost_ambient_scope;
  while (scope != nullptr && scope != this) scope = scope->previous_;
  return scope == this;
}

bool may_end_scope(const AmbientScope& scope, std::string_view what) noexcept {
  if (scope.is_innermost()) return true;
  const bool is_own = scope.is_of_this_thread();
  try {
    log(LogLevel::warning, std::string(what) + (is_own ? " ended while a later scope of its thread lives"
                                                       : " ended on another thread than its own; it stays in "
                                                         "force there until a scope around it ends"));
  } catch (...) {  // No memory for a message.
  }
  assert(is_own && "a scope must end on the thread that made it");
  assert(!is_own && "scopes must end innermost first");
  return is_own;
}

}  // namespace ember
