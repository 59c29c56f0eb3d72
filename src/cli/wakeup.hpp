// Wakeup: wakes the thread that polls: from other threads, and from the signals that end a run.
#pragma once

#include <memory>

namespace ember::cli {

class Wakeup {
 public:
  /// Throws DataError when the system has no descriptors left.
  Wakeup();
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  /// Makes `descriptor` readable. Safe in signal handlers.
  void wake() const noexcept;
  /// Makes it unreadable again.
  void reset() const noexcept;
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

/// While it lives, the first SIGINT or SIGTERM is noted and wakes `wakeup`; a second one ends the process.
class SignalWatch {
 public:
  explicit SignalWatch(const Wakeup& wakeup);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// The signal that came, or 0.
  [[nodiscard]] int signal() const noexcept;

 private:
  struct Before;
  std::unique_ptr<Before> before_;
};

}  // namespace ember::cli
