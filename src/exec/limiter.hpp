// Limiter: the bound that `max_workers` puts on a call tree. Nested bounds form a chain; a call needs a
// permit of each.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "base/ambient.hpp"
#include "base/ref.hpp"
#include "exec/executor.hpp"

namespace ember::xcs {

/// Counts permits. All limiters of a chain share one lock and one queue; a freed permit goes to the first in
/// the queue that can use it.
class Limiter {
 public:
  /// Someone who waits for permits.
  class Waiter {
   public:
    /// A full set of permits was taken on this waiter's behalf. Called without locks.
    virtual void on_permit() noexcept = 0;
    virtual void retain() noexcept = 0;
    virtual void release() noexcept = 0;

   protected:
    ~Waiter() = default;
  };

  /// At most `capacity` at once, inside what `outer` (may be null) allows.
  Limiter(std::size_t capacity, std::shared_ptr<Limiter> outer);

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] const std::shared_ptr<Limiter>& outer() const noexcept { return outer_; }

  /// Takes one permit here and one of every outer limiter. Returns false when that is not possible at once:
  /// then `waiter` is in the queue, and `on_permit` follows.
  bool acquire(Waiter& waiter);
  /// The same, blocking the calling thread.
  void acquire_blocking(Executor& executor);
  /// Gives a set of permits back; may call `on_permit` of others. Call it without locks.
  void release();
  /// True when somebody waits for permits of the chain.
  [[nodiscard]] bool has_waiters() const noexcept {
    return chain_->waiting.load(std::memory_order_relaxed) > 0;
  }

 private:
  struct Entry {
    Ref<Waiter> waiter;
    Limiter* limiter;
  };
  struct Chain {
    std::mutex mutex;
    std::deque<Entry> queue;
    std::atomic<std::size_t> waiting = 0;
  };

  bool take();
  void give();

  const std::size_t capacity_;
  const std::shared_ptr<Limiter> outer_;
  const std::shared_ptr<Chain> chain_;
  std::size_t used_ = 0;
};

/// The limiter in `ambient`, or null.
std::shared_ptr<Limiter> limiter_of(const Ambient& ambient);
/// `ambient` with a limiter of that many workers, unless the one that it has is as tight.
Ambient with_max_workers(const Ambient& ambient, std::size_t workers);

}  // namespace ember::xcs
