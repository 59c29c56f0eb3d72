// Progress: how far a run is, for people: a bar on a terminal, a line every ten seconds otherwise.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <ember/clock.hpp>

namespace ember::cli {

struct ProgressState {
  std::size_t rows = 0;
  std::size_t failed_rows = 0;
  double cost_usd = 0;
  double seconds = 0;
  /// Share of the input that is done, 0 to 1; none when its size is not known.
  std::optional<double> share = {};
};

/// `[=====>    ]  52 %  345 rows  28.1/s  ETA 0:12  2 failed  $0.0123`, no longer than `width`.
std::string progress_bar(const ProgressState& state, std::size_t width);
/// The same without the bar.
std::string progress_line(const ProgressState& state);
/// `0:09`, `12:34`, `1:02:03`.
std::string clock_text(double seconds);

/// `3.2 s`, and from a minute on as `clock_text`.
std::string duration_text(double seconds);

/// Writes to standard error. One thread.
class Progress {
 public:
  /// Decides by what standard error is; `is_quiet` writes nothing.
  explicit Progress(bool is_quiet);
  /// How long until the next `show` is due, in milliseconds, for `poll`.
  [[nodiscard]] int due_in_milliseconds() const;
  /// Shows the state when it is due.
  void show(const ProgressState& state);
  /// Takes the bar off the screen.
  void clear();

 private:
  enum class Form { none, bar, lines };
  Form form_;
  Duration interval_;
  TimePoint due_;
  bool is_shown_ = false;
};

}  // namespace ember::cli
