// TimerQueue: callbacks in the order of their time, as the clocks keep them. Timers that wait in great number
// are most of what an engine of waiting calls has: a timer costs no memory of its own, but for what its
// callback holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <ember/clock.hpp>

namespace ember {

/// Not thread-safe. Callbacks are never called here, and never destroyed but by who takes them out: they may
/// own anything.
class TimerQueue {
 public:
  using Callback = std::function<void()>;

  /// Adds a timer. Among equal times the order is that of adding. Returns an id that no other timer of this
  /// queue has had lately, never 0.
  Clock::TimerId add(TimePoint when, Callback callback);
  /// Takes a timer out. Returns its callback, or none when the timer is unknown or was taken out before.
  [[nodiscard]] Callback remove(Clock::TimerId id) noexcept;

  [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }
  /// The time of the first timer; `TimePoint::max()` when there is none.
  [[nodiscard]] TimePoint next_time() const noexcept {
    return heap_.empty() ? TimePoint::max() : heap_.front().when;
  }
  /// Takes the first timer out. Only when not empty.
  [[nodiscard]] Callback take_first() noexcept;

 private:
  struct Entry {
    TimePoint when;
    std::uint64_t number;
    std::uint32_t slot;
    [[nodiscard]] bool is_before(const Entry& other) const noexcept {
      return when != other.when ? when < other.when : number < other.number;
    }
  };
  /// What does not move when the order changes.
  struct Slot {
    Callback callback;
    /// Where the entry is in the heap; of a free slot, the next free one.
    std::uint32_t place = none;
    /// Tells the timers apart that have had this slot: the lower half of the number of its entry.
    std::uint32_t generation = 0;
  };
  static constexpr std::uint32_t none = UINT32_MAX;
  /// Children of an entry: a flat heap, of which one look-up reads neighbours.
  static constexpr std::size_t fan_out = 4;

  [[nodiscard]] std::uint32_t free_slot();
  [[nodiscard]] Callback take(std::size_t place) noexcept;
  void put(std::size_t place, const Entry& entry) noexcept {
    heap_[place] = entry;
    slots_[entry.slot].place = static_cast<std::uint32_t>(place);
  }
  void move_up(std::size_t place, const Entry& entry) noexcept;
  void move_down(std::size_t place, const Entry& entry) noexcept;

  /// Every entry is before its children: those of `i` begin at `fan_out * i + 1`.
  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::uint32_t first_free_ = none;
  std::uint64_t last_number_ = 0;
};

}  // namespace ember
