// TerminationDelay: time to say what has happened. When a process dies, mpirun ends the others: SIGTERM, and
// a second later SIGKILL. Rank 0 has something to do in that second: write what is finished, and name the
// dead.
#pragma once

namespace ember::ranks {

/// While one lives, SIGTERM is noted and not obeyed. Afterwards the former way of handling it is back.
class TerminationDelay {
 public:
  TerminationDelay();
  ~TerminationDelay();
  TerminationDelay(const TerminationDelay&) = delete;
  TerminationDelay& operator=(const TerminationDelay&) = delete;

  /// True when the process was asked to end.
  [[nodiscard]] static bool is_asked() noexcept;
  /// Obeys after all, in the former way: the process ends here unless the program handles the signal.
  void obey();
  /// It stays so to the end of the process: the reason is known, and about to be told.
  void stay() noexcept { stays_ = true; }

 private:
  bool stays_ = false;
  bool is_over_ = false;
};

}  // namespace ember::ranks
