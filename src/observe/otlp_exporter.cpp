// The exporter's thread takes what was recorded, finds the traces it belongs to, and sends it batch by batch.
// All that it does for the calls themselves is to append to a list under a lock.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>
#include <utility>

#include <ember/error.hpp>
#include <ember/log.hpp>
#include <ember/otlp.hpp>

#include "observe/otlp_collector.hpp"
#include "observe/otlp_json.hpp"
#include "observe/trace_assembly.hpp"

namespace ember::xcs {
namespace {

constexpr std::size_t most_request_bytes = std::size_t{8} << 20U;
constexpr Duration closing_time = std::chrono::seconds(5);

TraceOrigin real_origin() {
  return {Clock::real()->now(), std::chrono::system_clock::now()};
}

/// Waits for `condition`; false when `timeout` comes first.
template <class Condition>
bool wait_for(std::condition_variable& changed, std::unique_lock<std::mutex>& lock, Duration timeout,
              Condition condition) {
  const TimePoint until = time_after(std::chrono::steady_clock::now(), timeout);
  if (until != TimePoint::max()) return changed.wait_until(lock, until, condition);
  changed.wait(lock, condition);
  return true;
}

}  // namespace

struct OtlpExporter::State {
  explicit State(OtlpOptions given)
      : options(std::move(given)),
        collector(options),
        writer(options.format, options.origin.value_or(real_origin())) {}

  void run();
  void send_placed();
  bool describe(const PlacedCall& call, std::vector<std::string>& spans);
  void send(std::vector<std::string> spans);
  void drop(std::size_t spans);
  void warn_once(const std::string& kind, const std::string& text);
  void warn_of_overflow();

  const OtlpOptions options;
  OtlpCollector collector;
  const OtlpWriter writer;
  std::stop_source stop;

  mutable std::mutex mutex;
  std::condition_variable has_work;
  std::condition_variable has_progressed;
  std::vector<std::shared_ptr<const TraceRecord>> inbox;
  OtlpCounts counts;
  std::uint64_t flushes_wanted = 0;
  std::uint64_t flushes_done = 0;
  bool is_closing = false;
  bool has_ended = false;
  std::atomic<bool> has_overflowed = false;

  // Of the thread alone.
  std::vector<std::shared_ptr<const TraceRecord>> taken;
  bool sends_all = false;
  TraceAssembly assembly;
  TraceAssembly::Placed placed;
  std::set<std::string> warned;

  std::mutex joining;
  std::thread thread;
};

void OtlpExporter::State::run() {
  std::uint64_t flush = 0;
  for (bool goes_on = true; goes_on;) {
    {
      std::unique_lock lock(mutex);
      (void)wait_for(has_work, lock, options.flush_interval, [&] {
        return is_closing || flushes_wanted != flushes_done || inbox.size() >= options.batch_size;
      });
      taken.swap(inbox);
      flush = flushes_wanted;
      sends_all = is_closing || flush != flushes_done;
      goes_on = !is_closing;
    }
    warn_of_overflow();
    send_placed();
    const std::lock_guard lock(mutex);
    flushes_done = flush;
    has_ended = !goes_on;
    has_progressed.notify_all();
  }
}

void OtlpExporter::State::send_placed() {
  const TimePoint now = std::chrono::steady_clock::now();
  for (auto& record : taken) assembly.add(std::move(record), now, placed);
  taken.clear();
  // What waits for its root must not take all the room.
  const bool is_crowded = assembly.held() > options.max_waiting / 2;
  if (sends_all || is_crowded) {
    assembly.release(TimePoint::max(), placed);
  } else {
    assembly.release(now - options.longest_hold, placed);
  }
  std::vector<std::string> spans;
  std::size_t bytes = 0;
  for (PlacedCall& call : std::exchange(placed, {})) {
    if (!describe(call, spans)) continue;
    bytes += spans.back().size();
    call.record.reset();
    if (spans.size() < options.batch_size && bytes < most_request_bytes) continue;
    send(std::exchange(spans, {}));
    bytes = 0;
  }
  if (!spans.empty()) send(std::move(spans));
}

/// False for a value whose own code fails when it is shown.
bool OtlpExporter::State::describe(const PlacedCall& call, std::vector<std::string>& spans) {
  try {
    spans.push_back(writer.span(call));
    return true;
  } catch (const std::exception& error) {
    warn_once("value", "the values of a call can not be shown: " + std::string(error.what()));
  }
  const std::lock_guard lock(mutex);
  ++counts.failed;
  return false;
}

void OtlpExporter::State::send(std::vector<std::string> spans) {
  const std::size_t count = spans.size();
  if (stop.stop_requested()) return drop(count);
  const std::string body = writer.request(std::exchange(spans, {}));
  const Delivery delivery = collector.deliver(body, stop.get_token(), [&](const std::string& failure) {
    warn_once("retry", failure + "; trying again");
  });
  if (!delivery.is_accepted && stop.stop_requested()) return drop(count);
  const std::uint64_t failed =
      delivery.is_accepted ? std::min<std::uint64_t>(delivery.rejected, count) : count;
  if (!delivery.is_accepted) {
    warn_once("loss", delivery.remark + "; " + std::to_string(count) + " spans are lost");
  } else if (failed > 0) {
    warn_once("refusal", std::to_string(failed) + " of " + std::to_string(count) +
                             " spans were refused: " + delivery.remark);
  } else if (!delivery.remark.empty()) {
    warn_once("remark", "the collector says: " + delivery.remark);
  }
  const std::lock_guard lock(mutex);
  counts.failed += failed;
  counts.sent += count - failed;
}

void OtlpExporter::State::drop(std::size_t spans) {
  const std::lock_guard lock(mutex);
  counts.dropped += spans;
}

void OtlpExporter::State::warn_of_overflow() {
  if (!has_overflowed.load(std::memory_order_relaxed)) return;
  warn_once("overflow", "more than " + std::to_string(options.max_waiting) +
                            " spans wait to be sent; what comes beyond them is dropped");
}

void OtlpExporter::State::warn_once(const std::string& kind, const std::string& text) {
  if (warned.insert(kind).second) log(LogLevel::warning, "OTLP export to " + collector.name() + ": " + text);
}

void OtlpOptions::validate() const {
  const auto require = [](bool holds, const char* message) {
    if (!holds) throw InvalidArgumentError(std::string("Invalid OTLP option: ") + message);
  };
  require(batch_size >= 1, "batch_size must be at least 1");
  require(max_waiting >= 1, "max_waiting must be at least 1");
  require(max_attempts >= 1, "max_attempts must be at least 1");
  require(flush_interval > Duration::zero(), "flush_interval must be above 0");
  require(request_timeout > Duration::zero(), "request_timeout must be above 0");
  require(longest_hold > Duration::zero(), "longest_hold must be above 0");
  require(min_wait >= Duration::zero(), "min_wait must not be negative");
  require(max_wait >= min_wait, "max_wait must not be below min_wait");
}

OtlpExporter::OtlpExporter(OtlpOptions options) {
  options.validate();
  state_ = std::make_unique<State>(std::move(options));
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

OtlpExporter::~OtlpExporter() {
  close(closing_time);
}

void OtlpExporter::record(const std::shared_ptr<const TraceRecord>& call) noexcept {
  const std::lock_guard lock(state_->mutex);
  ++state_->counts.recorded;
  const bool has_room = state_->counts.waiting() <= state_->options.max_waiting;
  try {
    if (has_room && !state_->is_closing) {
      state_->inbox.push_back(call);
      if (state_->inbox.size() == state_->options.batch_size) state_->has_work.notify_one();
      return;
    }
  } catch (const std::exception&) {  // No memory: one span less.
  }
  ++state_->counts.dropped;
  if (!has_room) state_->has_overflowed.store(true, std::memory_order_relaxed);
}

bool OtlpExporter::flush(Duration timeout) {
  std::unique_lock lock(state_->mutex);
  const std::uint64_t own = ++state_->flushes_wanted;
  state_->has_work.notify_one();
  return wait_for(state_->has_progressed, lock, timeout,
                  [&] { return state_->has_ended || state_->flushes_done >= own; });
}

bool OtlpExporter::close(Duration timeout) {
  const std::lock_guard joining(state_->joining);
  if (!state_->thread.joinable()) return true;
  std::unique_lock lock(state_->mutex);
  state_->is_closing = true;
  const std::uint64_t dropped_before = state_->counts.dropped;
  state_->has_work.notify_one();
  if (!wait_for(state_->has_progressed, lock, timeout, [&] { return state_->has_ended; })) {
    state_->stop.request_stop();
  }
  lock.unlock();
  state_->thread.join();
  const std::uint64_t lost = counts().dropped - dropped_before;
  if (lost > 0) state_->warn_once("closing", std::to_string(lost) + " spans were not sent in time");
  return lost == 0;
}

OtlpCounts OtlpExporter::counts() const {
  const std::lock_guard lock(state_->mutex);
  return state_->counts;
}

const std::string& OtlpExporter::collector() const noexcept {
  return state_->collector.name();
}

}  // namespace ember::xcs
