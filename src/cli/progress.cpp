#include "cli/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace ember::cli {

namespace {

template <class... Arguments>
std::string formatted(const char* format, Arguments... arguments) {
  char text[64];
  std::snprintf(text, sizeof text, format, arguments...);
  return text;
}

void write_error(std::string_view text) {
  (void)!::write(STDERR_FILENO, text.data(), text.size());
}

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string clock_text(double seconds) {
  const auto whole = static_cast<long long>(std::llround(std::clamp(seconds, 0.0, 1e9)));
  if (whole < 3600) return formatted("%lld:%02lld", whole / 60, whole % 60);
  return formatted("%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string duration_text(double seconds) {
  return seconds < 60 ? formatted("%.1f s", seconds) : clock_text(seconds);
}

std::string progress_line(const ProgressState& state) {
  std::string text;
  if (state.share) text += formatted("%3.0f %%  ", std::floor(100 * *state.share));
  text += std::to_string(state.rows) + (state.rows == 1 ? " row" : " rows");
  if (state.seconds > 0) text += formatted("  %.1f/s", static_cast<double>(state.rows) / state.seconds);
  if (state.share && *state.share > 0)
    text += "  ETA " + clock_text(state.seconds * (1 - *state.share) / *state.share);
  text += "  " + std::to_string(state.failed_rows) + " failed";
  text += formatted("  $%.4f", state.cost_usd);
  return text;
}

std::string progress_bar(const ProgressState& state, std::size_t width) {
  std::string text = progress_line(state);
  constexpr std::size_t frame = 3;  // Brackets and a space.
  constexpr std::size_t longest = 40;
  if (state.share && width > text.size() + frame + 5) {
    const std::size_t length = std::min(longest, width - text.size() - frame);
    const auto filled =
        static_cast<std::size_t>(std::clamp(*state.share, 0.0, 1.0) * static_cast<double>(length));
    std::string bar(filled, '=');
    if (filled < length) bar += '>';
    bar.resize(length, ' ');
    text = "[" + bar + "] " + text;
  }
  return text.substr(0, width);
}

Progress::Progress(bool is_quiet)
    : form_(is_quiet                  ? Form::none
            : ::isatty(STDERR_FILENO) ? Form::bar
                                      : Form::lines),
      interval_(form_ == Form::bar ? std::chrono::milliseconds(100) : std::chrono::seconds(10)),
      due_(Clock::real()->now() + interval_) {}

int Progress::due_in_milliseconds() const {
  if (form_ == Form::none) return -1;
  const Duration left = std::max(Duration(), due_ - Clock::real()->now());
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
}

void Progress::show(const ProgressState& state) {
  if (form_ == Form::none || Clock::real()->now() < due_) return;
  due_ = Clock::real()->now() + interval_;
  if (form_ == Form::bar) {
    write_error("\r\x1b[K" + progress_bar(state, terminal_width() - 1));
    is_shown_ = true;
  } else {
    write_error(progress_line(state) + "\n");
  }
}

void Progress::clear() {
  if (is_shown_) write_error("\r\x1b[K");
  is_shown_ = false;
}

}  // namespace ember::cli
