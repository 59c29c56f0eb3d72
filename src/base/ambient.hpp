// Ambient: the settings of a thread that work started by it inherits: options, model parameters, the
// recorder, ... One immutable node holds all slots, so handing it to another thread is one reference count.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>

namespace ember {

/// One slot per kind of inherited setting; each is written by one layer only.
enum class AmbientSlot : std::size_t {
  runtime,
  options,
  limiter,
  interpreter,
  model_parameters,
  calls,
  span,
  structural_jit,
  call_order,
  log_hook,
  count
};

class AmbientScope;

/// The innermost scope of the calling thread, or null. For Ambient alone; here so that a look costs no call.
extern constinit thread_local AmbientScope* innermost_ambient_scope;

/// An immutable set of inherited settings. A default one is empty.
class Ambient {
 public:
  /// The settings of the calling thread.
  static const Ambient& current() noexcept;

  /// The content of `slot`, or null.
  template <class T>
  [[nodiscard]] const T* get(AmbientSlot slot) const noexcept {
    return slots_ ? static_cast<const T*>((*slots_)[static_cast<std::size_t>(slot)].get()) : nullptr;
  }
  /// The content of `slot` with shared ownership, or null.
  template <class T>
  [[nodiscard]] std::shared_ptr<const T> share(AmbientSlot slot) const {
    return slots_ ? std::static_pointer_cast<const T>((*slots_)[static_cast<std::size_t>(slot)]) : nullptr;
  }
  /// The same settings with another content in `slot`.
  [[nodiscard]] Ambient with(AmbientSlot slot, std::shared_ptr<const void> content) const;

 private:
  using Slots = std::array<std::shared_ptr<const void>, static_cast<std::size_t>(AmbientSlot::count)>;
  std::shared_ptr<const Slots> slots_;
};

/// Makes `ambient` the settings of the calling thread while it lives. One that ends while later ones of its
/// thread live is taken out from between them: those keep what they were made with, and those that were given
/// up end with it.
class AmbientScope {
 public:
  explicit AmbientScope(Ambient ambient) noexcept;
  /// Only on the thread that made it.
  ~AmbientScope();
  AmbientScope(const AmbientScope&) = delete;
  AmbientScope& operator=(const AmbientScope&) = delete;

  /// The innermost scope of the calling thread.
  [[nodiscard]] bool is_innermost() const noexcept;
  /// A scope of the calling thread.
  [[nodiscard]] bool is_of_this_thread() const noexcept;
  /// Nobody will end this one: it ends with the next one around it. From any thread.
  void give_up() noexcept { is_given_up_.store(true, std::memory_order_release); }
  /// Ends those inside of this one that were given up. Only on the thread that made it.
  void end_given_up() noexcept;

 private:
  friend class Ambient;
  Ambient own_;
  AmbientScope* previous_;
  std::atomic<bool> is_given_up_ = false;
};

inline const Ambient& Ambient::current() noexcept {
  static constinit const Ambient empty;
  return innermost_ambient_scope ? innermost_ambient_scope->own_ : empty;
}

/// Checks that `scope` may end here, for `end_user_scope`.
bool may_end_scope(AmbientScope& scope, std::string_view what) noexcept;
/// Keeps `state` to the end of the process: its thread may still look at it.
void keep_for_ever(std::shared_ptr<const void> state) noexcept;

/// Ends the state of a scope that users hold, which lives in `state->ambient`. Scopes end innermost first, on
/// their own thread; a debug build asserts that. Else, a scope of this thread ends all the same, and one of
/// another thread stays in force there until a scope around it ends: its memory is given up, and a warning
/// names `what`.
template <class State>
void end_user_scope(std::unique_ptr<State>& state, std::string_view what) noexcept {
  if (may_end_scope(state->ambient, what)) {
    state.reset();
    return;
  }
  state->ambient.give_up();
  keep_for_ever(std::shared_ptr<const void>(state.release()));
}

}  // namespace ember
