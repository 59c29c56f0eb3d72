#include "base/timer_queue.hpp"

#include <algorithm>
#include <utility>

namespace ember {
namespace {

/// Memory for this many timers is kept when there are none.
constexpr std::size_t most_kept = 4096;

}  // namespace

Clock::TimerId TimerQueue::add(TimePoint when, Callback callback) {
  const std::uint32_t number = free_slot();
  heap_.emplace_back();
  first_free_ = std::exchange(slots_[number].place, none);
  Slot& slot = slots_[number];
  slot.callback = std::move(callback);
  slot.generation = static_cast<std::uint32_t>(++last_number_);
  move_up(heap_.size() - 1, {when, last_number_, number});
  // The slot is counted from 1: no id is 0.
  return Clock::TimerId{slot.generation} << 32U | (number + 1U);
}

TimerQueue::Callback TimerQueue::remove(Clock::TimerId id) noexcept {
  const auto number = static_cast<std::uint32_t>(id) - 1U;
  if (number >= slots_.size()) return nullptr;
  const Slot& slot = slots_[number];
  const bool is_there = slot.place < heap_.size() && heap_[slot.place].slot == number;
  if (!is_there || slot.generation != id >> 32U) return nullptr;
  return take(slot.place);
}

TimerQueue::Callback TimerQueue::take_first() noexcept {
  return take(0);
}

std::uint32_t TimerQueue::free_slot() {
  if (first_free_ == none) {
    slots_.emplace_back();
    first_free_ = static_cast<std::uint32_t>(slots_.size() - 1);
  }
  return first_free_;
}

TimerQueue::Callback TimerQueue::take(std::size_t place) noexcept {
  const std::uint32_t number = heap_[place].slot;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (place < heap_.size()) {
    const bool is_up = place > 0 && last.is_before(heap_[(place - 1) / fan_out]);
    is_up ? move_up(place, last) : move_down(place, last);
  }
  Slot& slot = slots_[number];
  slot.place = std::exchange(first_free_, number);
  Callback callback = std::exchange(slot.callback, nullptr);
  if (heap_.empty() && slots_.size() > most_kept) {
    heap_ = {};
    slots_ = {};
    first_free_ = none;
  }
  return callback;
}

void TimerQueue::move_up(std::size_t place, const Entry& entry) noexcept {
  while (place > 0) {
    const std::size_t parent = (place - 1) / fan_out;
    if (!entry.is_before(heap_[parent])) break;
    put(place, heap_[parent]);
    place = parent;
  }
  put(place, entry);
}

void TimerQueue::move_down(std::size_t place, const Entry& entry) noexcept {
  for (;;) {
    const std::size_t first = fan_out * place + 1;
    if (first >= heap_.size()) break;
    const auto begin = heap_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = heap_.begin() + static_cast<std::ptrdiff_t>(std::min(first + fan_out, heap_.size()));
    const auto least =
        std::min_element(begin, end, [](const Entry& a, const Entry& b) { return a.is_before(b); });
    if (!least->is_before(entry)) break;
    put(place, *least);
    place = static_cast<std::size_t>(least - heap_.begin());
  }
  put(place, entry);
}

}  // namespace ember
