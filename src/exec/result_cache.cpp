#include "exec/result_cache.hpp"

#include <atomic>
#include <utility>

#include "value/exact_value.hpp"

namespace ember::xcs {
namespace {

std::atomic<std::size_t> limit = std::size_t{256} << 20U;

/// About what an entry takes besides its input and its value.
constexpr std::size_t entry_overhead = 160;

bool is_same_object(const std::weak_ptr<const OperatorBase>& left,
                    const std::shared_ptr<const OperatorBase>& right) {
  return !left.owner_before(right) && !right.owner_before(left);
}

/// Instance, state and input; none when the input can not be told from others.
std::optional<Fingerprint> key_of(const OperatorBase& op, const Value& input) {
  const std::optional<Fingerprint> content = fingerprint(input);
  if (!content) return std::nullopt;
  const auto address = reinterpret_cast<std::uintptr_t>(&op);
  Fingerprint instance{address, 0};
  if (const std::string state = op.state_signature(); !state.empty()) {
    instance = combine(instance, *fingerprint(Value(state)));
  }
  return combine(instance, *content);
}

}  // namespace

ResultCache::Ticket ResultCache::look_up(const std::shared_ptr<const OperatorBase>& op, const Value& input,
                                         Waiter waiter) {
  Ticket ticket;
  const std::optional<Fingerprint> key = key_of(*op, input);
  Order dropped;
  const std::lock_guard lock(mutex_);
  shrink(dropped);  // The limit may be lower than when the last result came.
  if (!key) {
    ++stats_.bypassed;
    return ticket;
  }
  ticket.key = *key;
  const auto found = index_.find(*key);
  if (found != index_.end() && is_same_object(found->second->op, op) &&
      is_exactly(found->second->input, input)) {
    entries_.splice(entries_.begin(), entries_, found->second);
    ++stats_.hits;
    ticket.outcome = Ticket::Outcome::hit;
    ticket.value = found->second->value;
    return ticket;
  }
  ticket.outcome = Ticket::Outcome::run;
  ticket.input = input;
  if (op->is_pure()) {
    const auto [open, is_first] = open_.try_emplace(*key, OpenCall{input, {}});
    if (is_first) {
      ticket.is_leader = true;
    } else if (waiter && is_exactly(open->second.input, input)) {
      open->second.waiters.push_back(std::move(waiter));
      ++stats_.hits;
      ++stats_.joined;
      ticket.outcome = Ticket::Outcome::joined;
      return ticket;
    }
  }
  ++stats_.misses;
  return ticket;
}

void ResultCache::finish(const Ticket& ticket, const std::shared_ptr<const OperatorBase>& op,
                         const Value* result) {
  if (ticket.outcome != Ticket::Outcome::run) return;
  std::vector<Waiter> waiters;
  Order dropped;
  {
    const std::lock_guard lock(mutex_);
    if (result) store(ticket, op, *result, dropped);
    if (ticket.is_leader) {
      const auto open = open_.extract(ticket.key);
      waiters = std::move(open.mapped().waiters);
      if (!result) {  // They run by themselves.
        stats_.hits -= waiters.size();
        stats_.joined -= waiters.size();
        stats_.misses += waiters.size();
      }
    }
  }
  for (const Waiter& waiter : waiters) waiter(result);
}

void ResultCache::store(const Ticket& ticket, const std::shared_ptr<const OperatorBase>& op,
                        const Value& result, Order& dropped) {
  const auto found = index_.find(ticket.key);
  if (found != index_.end()) drop(found->second, dropped);
  Entry entry{ticket.key, op, ticket.input, result,
              memory_bytes(ticket.input) + memory_bytes(result) + entry_overhead};
  // What can not stay drives nobody out.
  if (entry.bytes > limit.load(std::memory_order_relaxed)) return;
  stats_.bytes += entry.bytes;
  entries_.push_front(std::move(entry));
  index_[ticket.key] = entries_.begin();
  shrink(dropped);
}

void ResultCache::drop(Order::iterator entry, Order& dropped) {
  stats_.bytes -= entry->bytes;
  index_.erase(entry->key);
  dropped.splice(dropped.end(), entries_, entry);
}

void ResultCache::shrink(Order& dropped) {
  while (stats_.bytes > limit.load(std::memory_order_relaxed) && !entries_.empty()) {
    drop(std::prev(entries_.end()), dropped);
    ++stats_.evictions;
  }
}

CacheStats ResultCache::stats() {
  Order dropped;
  const std::lock_guard lock(mutex_);
  shrink(dropped);
  CacheStats stats = stats_;
  stats.entries = entries_.size();
  return stats;
}

void ResultCache::clear() {
  Order dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(entries_);
  index_.clear();
  stats_.bytes = 0;
}

const std::shared_ptr<ResultCache>& process_cache() {
  static const auto* const cache = new std::shared_ptr<ResultCache>(std::make_shared<ResultCache>());
  return *cache;
}

void set_cache_limit(std::size_t bytes) noexcept {
  limit.store(bytes, std::memory_order_relaxed);
}

}  // namespace ember::xcs
