#include "cli/row_pump.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>

#include "exec/trace_span.hpp"

namespace ember::cli {

namespace {

/// Rows may start this much farther than the oldest that is not finished: a slow row shall not hold up the
/// others, and what waits for it takes memory.
constexpr std::size_t least_window = 1024;
constexpr std::size_t window_factor = 16;
constexpr std::size_t most_held_bytes = std::size_t{256} << 20U;

/// When rows are lost, what the others do within this time still counts; mpirun gives a second.
constexpr Duration time_after_failure = std::chrono::milliseconds(300);
constexpr int look_after_failure = 20;  // Milliseconds.

}  // namespace

void RowPump::Arrivals::add(std::size_t number, RowOutcome outcome) {
  {
    const std::scoped_lock lock(mutex);
    rows.emplace_back(number, std::move(outcome));
  }
  wakeup.wake();
}

RowPump::RowPump(RowSite& site, LineReader& input, OutputFile& output, PumpSettings settings)
    : site_(site),
      input_(input),
      output_(output),
      settings_(std::move(settings)),
      totals_{0,  0, 0, std::vector<Accuracy>(settings_.expectations), IdealTime(settings_.rows_in_flight),
              {}, {}},
      window_(std::max(least_window, window_factor * settings_.rows_in_flight)) {
  site_.on_failure([arrivals = arrivals_] { arrivals->wakeup.wake(); });
}

int RowPump::run(const std::function<int(const PumpTotals&)>& show) {
  const SignalWatch signals(arrivals_->wakeup);
  try {
    run_until_done(signals, show);
    drain();
    write_ready();
    show_live();
    output_.close();
    site_.require_whole();
  } catch (...) {
    drain();
    throw;
  }
  return signals.signal();
}

void RowPump::run_until_done(const SignalWatch& signals, const std::function<int(const PumpTotals&)>& show) {
  while (signals.signal() == 0) {
    const bool has_more = start_rows();
    take_arrivals();
    write_ready();
    show_live();
    output_.flush();
    if (site_.has_failed() || (slots_.empty() && !has_more && input_.is_at_end())) return;
    const int due = show(totals_);
    // A signal whose waking was taken with the arrivals must not be slept over.
    if (signals.signal() != 0) return;
    wait(has_more ? 0 : due, may_start() && !input_.is_at_end());
  }
}

bool RowPump::may_start() const noexcept {
  return in_flight_ < settings_.rows_in_flight && slots_.size() < window_ &&
         (held_bytes_ < most_held_bytes || slots_.empty());
}

bool RowPump::start_rows() {
  constexpr int most_at_once = 64;  // Then finished rows are written again.
  for (int i = 0; i < most_at_once; ++i) {
    if (!may_start()) return false;
    std::optional<Line> line = input_.next();
    if (!line) {
      if (input_.is_at_end() || !is_readable()) return false;
      input_.fill();
    } else if (!is_blank(*line)) {
      start_row(*std::move(line));
    }
  }
  return true;
}

void RowPump::start_row(Line line) {
  const std::size_t number = first_ + slots_.size();
  slots_.push_back({line.bytes});
  held_bytes_ += line.bytes;
  Value id;
  Value row;
  try {
    row = reading_.read(line, id);
  } catch (const std::exception&) {
    slots_.back().outcome = failed_row(id, line.number, std::current_exception());
    xcs::TraceSpan(row_name(line.number), {}).end({}, std::current_exception());
    return;
  }
  line.text = {};
  ++in_flight_;
  site_.start(line.number, row, [arrivals = arrivals_, number](RowOutcome outcome) {
    arrivals->add(number, std::move(outcome));
  });
}

bool RowPump::is_readable() const {
  pollfd input{input_.descriptor(), POLLIN, 0};
  return ::poll(&input, 1, 0) > 0;
}

void RowPump::wait(int milliseconds, bool wants_input) const {
  pollfd watched[] = {{arrivals_->wakeup.descriptor(), POLLIN, 0}, {input_.descriptor(), POLLIN, 0}};
  (void)::poll(watched, wants_input ? 2 : 1, milliseconds);
}

void RowPump::take_arrivals() {
  arrivals_->wakeup.reset();
  std::vector<std::pair<std::size_t, RowOutcome>> rows;
  {
    const std::scoped_lock lock(arrivals_->mutex);
    rows.swap(arrivals_->rows);
  }
  in_flight_ -= rows.size();
  for (auto& [number, outcome] : rows) {
    held_bytes_ += outcome.line.size();
    slots_[number - first_].outcome = std::move(outcome);
  }
}

void RowPump::write_ready() {
  while (!slots_.empty() && slots_.front().outcome) {
    const Slot slot = std::move(slots_.front());
    slots_.pop_front();
    ++first_;
    held_bytes_ -= std::min(held_bytes_, slot.input_bytes + slot.outcome->line.size());
    write(slot);
  }
}

void RowPump::write(const Slot& slot) {
  const RowOutcome& outcome = *slot.outcome;
  if (outcome.is_stopped) return;
  output_.add(outcome.line);
  ++totals_.rows;
  totals_.failed_rows += outcome.is_failed ? 1 : 0;
  totals_.input_bytes += slot.input_bytes;
  if (outcome.metrics) add_metrics(*outcome.metrics);
  for (std::size_t i = 0; i < outcome.matches.size(); ++i) {
    totals_.accuracies[i].rows += outcome.matches[i] != RowOutcome::Match::absent ? 1 : 0;
    totals_.accuracies[i].correct += outcome.matches[i] == RowOutcome::Match::right ? 1 : 0;
  }
}

void RowPump::add_metrics(const RowMetrics& metrics) {
  totals_.ideal.add(metrics.ideal_time);
  totals_.step_time += metrics.step_time;
  for (const auto& [step, seconds] : metrics.critical_steps) totals_.critical_seconds[step] += seconds;
  if (!settings_.live) return;
  for (const auto& [step, seconds] : metrics.steps) settings_.live->add_step(step, seconds);
}

void RowPump::show_live() const {
  if (settings_.live) {
    settings_.live->set_rows(totals_.rows - totals_.failed_rows, totals_.failed_rows, in_flight_);
  }
}

void RowPump::drain() {
  site_.stop();
  std::optional<TimePoint> until;
  while (in_flight_ > 0) {
    take_arrivals();
    if (in_flight_ == 0) return;
    if (site_.has_failed()) {
      const TimePoint now = Clock::real()->now();
      if (!until) until = now + time_after_failure;
      if (now >= *until) site_.give_up();
    }
    wait(until ? look_after_failure : -1, false);
  }
}

}  // namespace ember::cli
