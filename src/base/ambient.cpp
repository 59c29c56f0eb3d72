// The thread's settings are those of its innermost scope, so reading a slot is two loads.
#include "base/ambient.hpp"

#include <cassert>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

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
  end_given_up();
  AmbientScope** link = &innermost_ambient_scope;
  while (*link != nullptr && *link != this) link = &(*link)->previous_;
  if (*link == this) *link = previous_;
}

void AmbientScope::end_given_up() noexcept {
  if (innermost_ambient_scope == this) return;  // As good as always.
  AmbientScope** link = &innermost_ambient_scope;
  while (*link != nullptr && *link != this) {
    AmbientScope* inner = *link;
    if (inner->is_given_up_.load(std::memory_order_acquire)) {
      *link = inner->previous_;
    } else {
      link = &inner->previous_;
    }
  }
}

bool AmbientScope::is_innermost() const noexcept {
  return innermost_ambient_scope == this;
}

bool AmbientScope::is_of_this_thread() const noexcept {
  const AmbientScope* scope = innermost_ambient_scope;
  while (scope != nullptr && scope != this) scope = scope->previous_;
  return scope == this;
}

bool may_end_scope(AmbientScope& scope, std::string_view what) noexcept {
  if (scope.is_innermost()) return true;
  const bool is_own = scope.is_of_this_thread();
  if (is_own) {
    scope.end_given_up();
    if (scope.is_innermost()) return true;
  }
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

void keep_for_ever(std::shared_ptr<const void> state) noexcept {
  static std::mutex mutex;
  // Without memory for this there is nothing that could go on.
  // NOLINTNEXTLINE(bugprone-unhandled-exception-at-new)
  static auto* const kept = new std::vector<std::shared_ptr<const void>>();
  const std::lock_guard lock(mutex);
  kept->push_back(std::move(state));
}

}  // namespace ember
