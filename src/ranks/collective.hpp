// Work that all ranks of a program do together. Rank 0 divides it, every rank does its shard, what is
// finished goes to rank 0 as it is finished, and all ranks get one outcome.
//
//   rank 0   divide --+--> evaluate --------------> on_item ... conclude --+--> outcome
//   rank 1            +--> evaluate -- reports ------^                     +--> outcome
//   rank 2            +--> evaluate -- reports ------^                     +--> outcome
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include <ember/result.hpp>
#include <ember/value.hpp>

namespace ember::ranks {

/// What one rank has to do: positions from `first` to before `last`, which may be none.
struct Shard {
  int rank = 0;
  std::size_t first = 0;
  std::size_t last = 0;
  /// Whatever evaluating it needs; it travels in packed form.
  Value input = {};
};

/// Tells rank 0 what became of the position `index`. Any thread, any number of times, while `evaluate` runs.
using Report = std::function<void(std::size_t index, Result<Value> item)>;

/// Nothing is unwanted yet.
inline constexpr std::size_t wants_all = SIZE_MAX;

/// Functions are called on the thread of `run_collective`, except for `evaluate` on rank 0, which has a
/// thread of its own (with the caller's context and settings) and may be left behind when a rank dies: it has
/// to own what it uses.
struct Collective {
  /// Names the call in messages. All ranks must be at a call of the same name.
  std::string name;
  /// On rank 0: the shards, at most one for each rank, in order of positions.
  std::function<std::vector<Shard>()> divide;
  /// On each rank that has a shard. Ends early when a stop is requested by `Context::current()`. What it
  /// throws ends the whole work.
  std::function<void(const Shard& shard, const Report& report)> evaluate;
  /// On rank 0, once for each report. Returns the position from which on nothing is wanted any more: shards
  /// that begin there or behind are told to stop.
  std::function<std::size_t(std::size_t index, Result<Value> item)> on_item;
  /// On rank 0, when all shards are done: the outcome, for all ranks. It travels in packed form.
  std::function<Value()> conclude;
};

/// True when there are other ranks to share the work with, and the calling thread is where all ranks make the
/// same calls in the same order: not inside of a shard, nor inside of what overlaps calls. Else the work is
/// the caller's own. Throws as `xcs::world` does.
[[nodiscard]] bool can_share_work();

/// Does the work with all ranks; each of them has to make this call. Returns what `conclude` gave, or throws
/// what one of the functions threw, on every rank alike. Throws RankError when a rank died or has ended,
/// after `on_item` was called for everything that had arrived; TransformError when ranks are at different
/// calls, or when another thread is in such a call.
Value run_collective(const Collective& work);

}  // namespace ember::ranks
