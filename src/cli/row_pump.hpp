// RowPump: rows from a file through a workflow into a file: many at once, written in their order, memory
// bounded.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ember/clock.hpp>

#include "cli/ideal_time.hpp"
#include "cli/live_metrics.hpp"
#include "cli/output_file.hpp"
#include "cli/progress.hpp"
#include "cli/row_outcome.hpp"
#include "cli/row_reading.hpp"
#include "cli/row_site.hpp"
#include "cli/wakeup.hpp"
#include "value/line_reader.hpp"

namespace ember::cli {

struct PumpSettings {
  std::size_t rows_in_flight = 64;
  /// Number of things that are compared for each row.
  std::size_t expectations = 0;
  /// Told of rows and steps while they run; may be null.
  std::shared_ptr<LiveMetrics> live = {};
};

/// What is known of the rows written so far.
struct PumpTotals {
  std::size_t rows = 0;
  std::size_t failed_rows = 0;
  /// Bytes of the input that the written rows took.
  std::size_t input_bytes = 0;
  /// By expectation.
  std::vector<Accuracy> accuracies;
  /// Of the critical paths of the rows.
  IdealTime ideal;
  /// Of all steps of all rows.
  Duration step_time{};
  /// By step: seconds that it took where it was on the critical path of its row.
  std::map<std::string, double> critical_seconds = {};
};

/// One thread reads, starts, writes and shows progress; the rows themselves hold no thread.
class RowPump {
 public:
  RowPump(RowSite& site, LineReader& input, OutputFile& output, PumpSettings settings);

  /// Runs all rows, or those that finish until a signal comes. `show` is called now and then, and returns how
  /// many milliseconds it can wait at most, below 0 for ever. Returns the signal, or 0. Throws DataError when
  /// reading or writing fails, and when rows are lost; the rows in flight have been stopped then, and what
  /// was finished is written.
  int run(const std::function<int(const PumpTotals&)>& show);
  [[nodiscard]] const PumpTotals& totals() const noexcept { return totals_; }

 private:
  /// Where finished rows arrive from other threads.
  struct Arrivals {
    std::mutex mutex;
    std::vector<std::pair<std::size_t, RowOutcome>> rows;
    Wakeup wakeup;

    void add(std::size_t number, RowOutcome outcome);
  };
  /// A row between its start and its writing.
  struct Slot {
    std::size_t input_bytes = 0;
    std::optional<RowOutcome> outcome = {};
  };

  void run_until_done(const SignalWatch& signals, const std::function<int(const PumpTotals&)>& show);
  [[nodiscard]] bool may_start() const noexcept;
  /// Starts rows without waiting. Returns true when more could be started at once.
  bool start_rows();
  void start_row(Line line);
  [[nodiscard]] bool is_readable() const;
  /// Until a row arrives, a signal comes, or there is input if that is wanted.
  void wait(int milliseconds, bool wants_input) const;
  void take_arrivals();
  void write_ready();
  void write(const Slot& slot);
  void add_metrics(const RowMetrics& metrics);
  void show_live() const;
  void drain();

  RowSite& site_;
  LineReader& input_;
  OutputFile& output_;
  PumpSettings settings_;
  PumpTotals totals_;
  RowReading reading_;
  std::shared_ptr<Arrivals> arrivals_ = std::make_shared<Arrivals>();
  std::size_t window_;
  std::size_t in_flight_ = 0;
  /// Rows started and not yet written, the oldest first; its number is `first_`.
  std::deque<Slot> slots_;
  std::size_t first_ = 0;
  /// Bytes of input and output that the slots stand for.
  std::size_t held_bytes_ = 0;
};

}  // namespace ember::cli
