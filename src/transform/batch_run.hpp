// Running the calls of a batch with the engine: on lanes when operators use their thread, without threads
// when they wait.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include <ember/context.hpp>
#include <ember/op.hpp>
#include <ember/result.hpp>

#include "graph/plan.hpp"
#include "transform/batch.hpp"

namespace ember::xcs {

/// What a transformed operator remembers from call to call. Thread-safe.
class BatchMemory {
 public:
  /// Nanoseconds of one call, as last measured; 0 when not.
  [[nodiscard]] std::uint64_t cost() const noexcept { return cost_.load(std::memory_order_relaxed); }
  void note_cost(std::uint64_t nanoseconds) noexcept { cost_.store(nanoseconds, std::memory_order_relaxed); }
  /// A plan of `count` lanes.
  [[nodiscard]] std::shared_ptr<const Plan> lanes(std::size_t count);

 private:
  std::atomic<std::uint64_t> cost_ = 0;
  std::mutex mutex_;
  std::map<std::size_t, std::shared_ptr<const Plan>> plans_;
};

/// Makes the calls of `batch` and waits for them. Throws what ends a run early: deadline and stop requests.
BatchOutcome run_batch(const OpReference& op, const std::shared_ptr<const Batch>& batch, bool keeps_going,
                       BatchMemory& memory);

/// Starts the calls of `batch`, of an asynchronous operator, and returns. `done` follows, maybe on this
/// thread.
void start_batch(const OpReference& op, const std::shared_ptr<const Batch>& batch, const Context& context,
                 std::function<void(Result<BatchOutcome>)> done);

}  // namespace ember::xcs
