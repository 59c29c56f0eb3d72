// TraceAssembly: finds the root of each call. Calls complete before those that made them, so a record waits
// until the chain above it is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <ember/clock.hpp>
#include <ember/tracer.hpp>

namespace ember::xcs {

/// A record with the call at the root of its trace.
struct PlacedCall {
  std::shared_ptr<const TraceRecord> record{};
  std::uint64_t root = 0;
};

class TraceAssembly {
 public:
  using Placed = std::vector<PlacedCall>;

  /// Takes a record that completed at `now`. Adds to `placed` all whose roots are known by it.
  void add(std::shared_ptr<const TraceRecord> record, TimePoint now, Placed& placed);
  /// Stops waiting for calls above that some record has waited for since before `limit`: the highest call
  /// known becomes the root, for all that completes in it later too.
  void release(TimePoint limit, Placed& placed);

  /// Records that wait.
  [[nodiscard]] std::size_t held() const noexcept { return parents_.size(); }

 private:
  struct Group {
    TimePoint since{};
    std::vector<std::shared_ptr<const TraceRecord>> children{};
  };

  [[nodiscard]] std::optional<std::uint64_t> root_of(std::uint64_t call) const;
  void place(std::uint64_t call, std::uint64_t root, Placed& placed);
  void remember(std::uint64_t call, std::uint64_t root);

  /// Records that wait, by the call that they wait for.
  std::unordered_map<std::uint64_t, Group> groups_;
  /// Of records that wait: the same from below.
  std::unordered_map<std::uint64_t, std::uint64_t> parents_;
  /// Of calls whose root is known, the last ones: for calls that outlive the one that made them.
  std::unordered_map<std::uint64_t, std::uint64_t> roots_;
  std::deque<std::uint64_t> remembered_;
};

}  // namespace ember::xcs
