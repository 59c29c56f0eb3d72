// Messages stand in one row, and whoever finds nobody handing them over does so: no lock is held while the
// hook runs, which may call operators.
#include <ember/log.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/ambient.hpp"

namespace ember {
namespace {

/// How long a message waits for the hook to end in another thread. It goes on after that: the hook may be
/// waiting for just this thread.
constexpr auto longest_wait = std::chrono::milliseconds(100);

struct LogMessage {
  LogLevel level;
  std::string text;
};

/// In force for all that a hook does, on whatever thread.
bool is_inside_hook() noexcept {
  return Ambient::current().get<bool>(AmbientSlot::log_hook) != nullptr;
}

class HookRow {
 public:
  static HookRow& of_process() {
    static auto* const row = new HookRow;
    return *row;
  }

  void set(LogHook hook) {
    auto next = hook ? std::make_shared<const LogHook>(std::move(hook)) : nullptr;
    std::unique_lock lock(mutex_);
    if (!is_inside_hook()) progress_.wait(lock, [this] { return !is_handing_over_; });
    is_set_.store(next != nullptr, std::memory_order_relaxed);
    hook_.swap(next);
    lock.unlock();  // The old hook ends without the lock.
  }

  void add(LogLevel level, std::string_view text) {
    if (!is_set_.load(std::memory_order_relaxed) || is_inside_hook()) return;
    std::unique_lock lock(mutex_);
    messages_.push_back({level, std::string(text)});
    const std::uint64_t own = ++added_;
    if (is_handing_over_) {
      progress_.wait_for(lock, longest_wait, [&] { return handed_over_ >= own; });
    } else {
      hand_over(lock);
    }
  }

 private:
  void hand_over(std::unique_lock<std::mutex>& lock) {
    is_handing_over_ = true;
    while (!messages_.empty()) {
      const LogMessage message = std::move(messages_.front());
      messages_.pop_front();
      const std::shared_ptr<const LogHook> hook = hook_;
      lock.unlock();
      if (hook) call(*hook, message);
      lock.lock();
      ++handed_over_;
      progress_.notify_all();
    }
    is_handing_over_ = false;
    progress_.notify_all();
  }

  static void call(const LogHook& hook, const LogMessage& message) noexcept {
    static const auto inside = std::make_shared<const bool>(true);
    try {
      const AmbientScope scope(Ambient::current().with(AmbientSlot::log_hook, inside));
      hook(message.level, message.text);
    } catch (...) {  // A hook that throws must not change what the engine does.
    }
  }

  std::mutex mutex_;
  std::condition_variable progress_;
  std::atomic<bool> is_set_ = false;
  std::shared_ptr<const LogHook> hook_;
  std::deque<LogMessage> messages_;
  std::uint64_t added_ = 0;
  std::uint64_t handed_over_ = 0;
  bool is_handing_over_ = false;
};

}  // namespace

void set_log_hook(LogHook hook) {
  HookRow::of_process().set(std::move(hook));
}

void log(LogLevel level, std::string_view message) noexcept {
  try {
    HookRow::of_process().add(level, message);
  } catch (...) {  // No memory for a message: it is dropped.
  }
}

}  // namespace ember
