// ResultCache: what `enable_caching` remembers. Bounded by bytes, least recently used first out. Equal calls
// of a pure operator that are under way at once become one.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <ember/fingerprint.hpp>
#include <ember/op.hpp>
#include <ember/result.hpp>
#include <ember/result_cache.hpp>

namespace ember::xcs {

/// Thread-safe.
class ResultCache {
 public:
  /// Told the outcome of an equal call. An error means: run the call yourself.
  using Waiter = std::function<void(const Value* result)>;

  /// A call that is looked up. Must be ended by `finish` when it has to run.
  struct Ticket {
    enum class Outcome { hit, run, joined, bypass };
    Outcome outcome = Outcome::bypass;
    /// `hit`: the result.
    Value value = {};
    Fingerprint key = {};
    /// `run`: what the operator is called with.
    Value input = {};
    /// `run` of a pure operator: others may be waiting for `finish`.
    bool is_leader = false;
  };

  /// Looks a call up. With outcome `joined`, `waiter` will be called; in all other cases it is dropped.
  /// `waiter` null never joins.
  Ticket look_up(const std::shared_ptr<const OperatorBase>& op, const Value& input, Waiter waiter);
  /// Ends a call that had to run: remembers `result` unless that is null, and tells the waiters.
  void finish(const Ticket& ticket, const std::shared_ptr<const OperatorBase>& op, const Value* result);

  [[nodiscard]] CacheStats stats();
  void clear();

 private:
  struct Entry {
    Fingerprint key;
    /// Not kept alive by the cache; tells a new operator from one that lived at the same address.
    std::weak_ptr<const OperatorBase> op;
    /// Equal inputs, such as 1 and 1.0, have one key, and an operator may tell them apart.
    Value input;
    Value value;
    std::size_t bytes = 0;
  };
  using Order = std::list<Entry>;
  /// A call under way, and who waits for its outcome.
  struct OpenCall {
    Value input;
    std::vector<Waiter> waiters;
  };

  // What goes is moved to `dropped` and ends without the lock: destructors of results are the user's code.
  void store(const Ticket& ticket, const std::shared_ptr<const OperatorBase>& op, const Value& result,
             Order& dropped);
  void drop(Order::iterator entry, Order& dropped);
  void shrink(Order& dropped);

  std::mutex mutex_;
  /// Most recently used first.
  Order entries_;
  std::unordered_map<Fingerprint, Order::iterator> index_;
  std::unordered_map<Fingerprint, OpenCall> open_;
  CacheStats stats_;
};

/// The cache of the process, for caching that is switched on in the defaults.
const std::shared_ptr<ResultCache>& process_cache();

}  // namespace ember::xcs
