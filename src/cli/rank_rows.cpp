#include "cli/rank_rows.hpp"

#include <algorithm>
#include <utility>

#include <ember/error.hpp>

#include "cli/row_message.hpp"

namespace ember::cli {
namespace {

RowOutcome stopped() {
  RowOutcome outcome;
  outcome.is_stopped = true;
  return outcome;
}

}  // namespace

std::string ranges_text(const std::vector<std::size_t>& lines) {
  constexpr int most_ranges = 8;
  std::string text;
  int ranges = 0;
  for (std::size_t i = 0; i < lines.size();) {
    if (++ranges > most_ranges) return text + " and " + std::to_string(lines.size() - i) + " more";
    std::size_t last = i;
    while (last + 1 < lines.size() && lines[last + 1] == lines[last] + 1) ++last;
    text += (text.empty() ? "" : ", ") + std::to_string(lines[i]);
    if (last > i) text += "-" + std::to_string(lines[last]);
    i = last + 1;
  }
  return text;
}

RankRows::RankRows(std::unique_ptr<RowSite> own, RowMesh mesh, std::size_t ranks,
                   std::function<void(const CallRecord&)> count)
    : own_(std::move(own)),
      mesh_(std::move(mesh)),
      count_(std::move(count)),
      loads_(ranks),
      stream_({[this](int, std::uint64_t number, const Result<Value>& reply) { take(number, reply); },
               [this](int rank, bool has_died) { lose(rank, has_died); },
               [this](int, const Result<Value>& last) { leave(last); }}) {}

void RankRows::start(std::size_t line_number, const Value& row, Done done) {
  std::uint64_t number = 0;
  std::size_t rank = 0;
  {
    const std::lock_guard lock(mutex_);
    number = next_++;
    rank = static_cast<std::size_t>(std::min_element(loads_.begin(), loads_.end()) - loads_.begin());
    ++loads_[rank];
    rows_.emplace(number, Row{rank, line_number, std::move(done)});
  }
  if (rank != 0) return stream_.send(static_cast<int>(rank), number, to_message(RowOrder{line_number, row}));
  own_->start(line_number, row, [this, number](RowOutcome outcome) {
    std::unique_lock lock(mutex_);
    auto found = rows_.extract(number);
    --loads_[0];
    lock.unlock();
    found.mapped().done(std::move(outcome));
  });
}

void RankRows::stop() {
  own_->stop();
  stream_.stop();
}

void RankRows::take(std::uint64_t number, const Result<Value>& reply) {
  std::unique_lock lock(mutex_);
  auto found = rows_.extract(number);
  if (found.empty()) return;  // It was given up.
  --loads_[found.mapped().rank];
  lock.unlock();
  RowReport report;
  try {
    report = row_report(reply.value());
  } catch (const std::exception& error) {
    report.outcome = stopped();
    fail("row " + std::to_string(found.mapped().line_number) + " could not be run: " + error.what());
  }
  count(report.calls);
  found.mapped().done(std::move(report.outcome));
}

void RankRows::count(const std::vector<CallRecord>& calls) const {
  for (const CallRecord& call : calls) count_(call);
}

std::map<std::uint64_t, RankRows::Row> RankRows::take_rows(std::optional<std::size_t> rank) {
  std::map<std::uint64_t, Row> taken;
  const std::lock_guard lock(mutex_);
  for (auto at = rows_.begin(); at != rows_.end();) {
    const bool is_meant = rank ? at->second.rank == *rank : at->second.rank != 0;
    const auto next = std::next(at);
    if (is_meant) taken.insert(rows_.extract(at));
    at = next;
  }
  return taken;
}

void RankRows::lose(int rank, bool has_died) {
  const auto its = take_rows(static_cast<std::size_t>(rank));
  std::vector<std::size_t> lines;
  for (const auto& [number, row] : its) lines.push_back(row.line_number);
  std::string reason = "rank " + std::to_string(rank) + " on host " +
                       mesh_.hosts[static_cast<std::size_t>(rank)] +
                       (has_died ? " died" : " ended before the others");
  if (!lines.empty()) {
    reason += has_died ? " while it had row" : " and leaves row";
    reason += (lines.size() > 1 ? "s " : " ") + ranges_text(lines);
  }
  // Before the rows are done, so that nobody takes the run for a good one.
  fail(reason + "; all rows that were finished are written");
  for (const auto& [number, row] : its) row.done(stopped());
  {
    const std::lock_guard lock(mutex_);
    ++ranks_gone_;
  }
  changed_.notify_all();
}

void RankRows::fail(std::string reason) {
  {
    const std::lock_guard lock(mutex_);
    // Of several failures, the first: the others are what it led to.
    if (failure_.empty()) failure_ = std::move(reason);
  }
  wake_();
}

void RankRows::leave(const Result<Value>& last) {
  if (last) count(call_records(last.value()));
  {
    const std::lock_guard lock(mutex_);
    ++ranks_gone_;
  }
  changed_.notify_all();
}

bool RankRows::has_failed() const {
  const std::lock_guard lock(mutex_);
  return !failure_.empty();
}

void RankRows::give_up() {
  for (const auto& [number, row] : take_rows(std::nullopt)) row.done(stopped());
}

void RankRows::require_whole() const {
  const std::lock_guard lock(mutex_);
  if (!failure_.empty()) throw DataError(failure_);
}

void RankRows::finish(int exit_code) {
  stream_.end(exit_code);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ranks_gone_ == mesh_.ranks - 1; });
  lock.unlock();
  require_whole();
}

int serve_rows(RowSite& site, const std::function<std::vector<CallRecord>()>& take_calls) {
  std::optional<std::stop_callback<std::function<void()>>> stopping;
  const auto start = [&](const Value& piece, const std::stop_token& stop, const auto& reply) {
    if (!stopping) stopping.emplace(stop, [&site] { site.stop(); });
    const RowOrder order = row_order(piece);
    site.start(order.line_number, order.row, [reply, &take_calls](RowOutcome outcome) {
      reply(to_message(RowReport{std::move(outcome), take_calls()}));
    });
  };
  const Value exit_code = ranks::serve_stream({start, [&] { return to_message(take_calls()); }});
  return static_cast<int>(exit_code.is_null() ? 1 : exit_code.integer());
}

}  // namespace ember::cli
