// What is pending stands behind one mutex, held for a push; the file behind another. Whoever has the second
// takes all that is pending and writes it: the thread, once there is much, or the caller of `flush`.
#include <ember/trace_file.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <ember/clock.hpp>
#include <ember/error.hpp>

#include "observe/chrome_events.hpp"

namespace ember {

namespace {

using Calls = std::vector<std::shared_ptr<const xcs::TraceRecord>>;

/// With so many pending the thread writes; calls hold their inputs and outputs, so few are kept.
constexpr std::size_t much_pending = 512;
constexpr std::size_t most_pending = std::size_t{1} << 17U;
constexpr std::size_t write_size = std::size_t{256} << 10U;

/// A file that is written to; every failure is kept and thrown again.
class WrittenFile {
 public:
  explicit WrittenFile(const std::string& path)
      : path_(path), descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail(errno);
  }
  ~WrittenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  WrittenFile(const WrittenFile&) = delete;
  WrittenFile& operator=(const WrittenFile&) = delete;

  void write(std::string_view text) {
    if (error_ != 0) fail(error_);
    while (!text.empty()) {
      const ssize_t count = ::write(descriptor_, text.data(), text.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail(errno);
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  void close() {
    if (error_ != 0) fail(error_);
    if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail(errno);
  }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  [[noreturn]] void fail(int error) {
    error_ = error;
    throw DataError("can not write the trace to '" + path_ + "': " + std::strerror(error));
  }

  std::string path_;
  int descriptor_;
  int error_ = 0;
};

xcs::TraceOrigin origin_of_now() {
  return {Clock::real()->now(), std::chrono::system_clock::now()};
}

/// Calls in the order in which viewers nest them: by start, the longer first, the outer first.
std::vector<const xcs::TraceRecord*> in_order(const xcs::Trace& trace) {
  std::vector<const xcs::TraceRecord*> calls;
  calls.reserve(trace.size());
  for (const xcs::TraceRecord& call : trace.records) calls.push_back(&call);
  std::ranges::stable_sort(calls, [](const xcs::TraceRecord* left, const xcs::TraceRecord* right) {
    if (left->start_time != right->start_time) return left->start_time < right->start_time;
    if (left->end_time != right->end_time) return left->end_time > right->end_time;
    return left->call_id < right->call_id;
  });
  return calls;
}

}  // namespace

std::string to_chrome_trace(const xcs::Trace& trace) {
  ChromeEvents events(trace.origin);
  std::string text;
  events.add_head(text);
  for (const xcs::TraceRecord* call : in_order(trace)) events.add_call(text, *call);
  ChromeEvents::add_end(text, 0);
  return text;
}

void write_trace(const xcs::Trace& trace, const std::string& path) {
  WrittenFile file(path);
  file.write(to_chrome_trace(trace));
  file.close();
}

struct TraceFile::State {
  State(const std::string& path, const xcs::TraceOrigin& origin) : file(path), events(origin) {
    events.add_head(text);
    // A full disk is told before the work starts.
    file.write(std::exchange(text, {}));
    writer = std::jthread([this](const std::stop_token& stop) { write_much(stop); });
  }

  /// The thread: writes whenever much is pending.
  void write_much(const std::stop_token& stop) {
    while (true) {
      {
        std::unique_lock lock(pending_mutex);
        if (!has_much.wait(lock, stop, [this] { return pending.size() >= much_pending; })) return;
      }
      try {
        write_pending();
      } catch (const std::exception&) {
        // The file keeps the error for the next caller of `flush`.
        is_failed = true;
      }
    }
  }

  void write_pending() {
    const std::scoped_lock lock(file_mutex);
    if (is_closed) return;
    Calls calls;
    {
      const std::scoped_lock pending_lock(pending_mutex);
      calls.swap(pending);
    }
    lost += calls.size();  // Until they are in the file.
    std::size_t unwritten = 0;
    for (auto& call : calls) {
      events.add_call(text, *call);
      call.reset();
      ++unwritten;
      if (text.size() > write_size) write_text(std::exchange(unwritten, 0));
    }
    write_text(unwritten);
  }

  void write_text(std::size_t calls) {
    file.write(std::exchange(text, {}));
    written += calls;
    lost -= calls;
  }

  void close() {
    const std::scoped_lock close_lock(close_mutex);
    if (is_closed) return;
    writer.request_stop();
    if (writer.joinable()) writer.join();
    write_pending();
    const std::scoped_lock lock(file_mutex);
    is_closed = true;
    ChromeEvents::add_end(text, lost);
    file.write(text);
    file.close();
  }

  std::mutex close_mutex;
  std::mutex pending_mutex;
  std::condition_variable_any has_much;
  Calls pending;
  std::atomic<std::size_t> written{0};
  std::atomic<std::size_t> lost{0};
  /// Nothing is taken any more.
  std::atomic<bool> is_failed{false};
  std::atomic<bool> is_closed{false};

  std::mutex file_mutex;
  WrittenFile file;
  ChromeEvents events;
  std::string text;
  std::jthread writer;
};

TraceFile::TraceFile(const std::string& path) : TraceFile(path, origin_of_now()) {}

TraceFile::TraceFile(const std::string& path, const xcs::TraceOrigin& origin)
    : state_(std::make_unique<State>(path, origin)) {}

TraceFile::~TraceFile() {
  try {
    close();
  } catch (const std::exception&) {
    // Whoever wants to know has called close() before.
    state_->is_failed = true;
  }
}

void TraceFile::record(const std::shared_ptr<const xcs::TraceRecord>& call) noexcept {
  if (state_->is_closed) return;
  bool has_much = false;
  try {
    const std::scoped_lock lock(state_->pending_mutex);
    if (state_->is_failed || state_->pending.size() >= most_pending) {
      ++state_->lost;
    } else {
      state_->pending.push_back(call);
      has_much = state_->pending.size() == much_pending;
    }
  } catch (const std::exception&) {
    ++state_->lost;
  }
  if (has_much) state_->has_much.notify_one();
}

void TraceFile::flush() {
  state_->write_pending();
}

void TraceFile::close() {
  state_->close();
}

std::size_t TraceFile::calls_written() const noexcept {
  return state_->written;
}

std::size_t TraceFile::calls_lost() const noexcept {
  return state_->lost;
}

const std::string& TraceFile::path() const noexcept {
  return state_->file.path();
}

}  // namespace ember
