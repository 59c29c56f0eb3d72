// Ambient: the settings of a thread that work started by it inherits: options, model parameters, the
// recorder, ... One immutable node holds all slots, so handing it to another thread is one reference count.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

namespace ember {

/// One slot per kind of inherited setting; each is written by one layer only.
enum class AmbientSlot : std::size_t {
  runtime,
  options,
  limiter,
  interpreter,
  model_parameters,
  span,
  structural_jit,
  count
};

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

/// Makes `ambient` the settings of the calling thread while it lives. Scopes end in the reverse order of
/// their start.
class AmbientScope {
 public:
  explicit AmbientScope(Ambient ambient) noexcept;
  ~AmbientScope();
  AmbientScope(const AmbientScope&) = delete;
  AmbientScope& operator=(const AmbientScope&) = delete;

 private:
  Ambient own_;
  const Ambient* previous_;
};

}  // namespace ember
