// JitMetrics: what one jitted operator counts and measures, and the sums over all of them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include <ember/jit_stats.hpp>

namespace ember::xcs {

/// Thread-safe. Counts for the process too, also after its end.
class JitMetrics {
 public:
  JitMetrics();
  ~JitMetrics();
  JitMetrics(const JitMetrics&) = delete;
  JitMetrics& operator=(const JitMetrics&) = delete;

  void count_hit(std::uint64_t calls = 1) noexcept { add(hits_, calls); }
  void count_miss() noexcept { add(misses_, 1); }
  void count_compilation(std::uint64_t nanoseconds, std::uint64_t tracing_nanoseconds) noexcept;
  /// A way through `forward` was compiled: alone, or as part of a compilation that was counted.
  void count_trace(std::uint64_t nanoseconds, bool is_own) noexcept;
  /// `calls`: as many at once.
  void count_execution(std::uint64_t nanoseconds, std::uint64_t calls = 1) noexcept {
    add(executions_, calls);
    add(execution_time_, nanoseconds);
  }

  /// Without what only the operator knows: strategy and sizes.
  [[nodiscard]] JitStats stats() const noexcept;
  static JitSummary summary();

 private:
  friend class JitRegistry;
  using Counter = std::atomic<std::uint64_t>;
  static void add(Counter& counter, std::uint64_t amount) noexcept {
    counter.fetch_add(amount, std::memory_order_relaxed);
  }

  Counter hits_ = 0;
  Counter misses_ = 0;
  Counter compilations_ = 0;
  Counter executions_ = 0;
  Counter compilation_time_ = 0;
  Counter tracing_time_ = 0;
  Counter execution_time_ = 0;
};

class Stopwatch {
 public:
  /// Nanoseconds since the start.
  [[nodiscard]] std::uint64_t elapsed() const noexcept {
    return static_cast<std::uint64_t>((std::chrono::steady_clock::now() - start_).count());
  }

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Measures one call, which counts when it ends, however it does.
class ExecutionTimer {
 public:
  explicit ExecutionTimer(JitMetrics& metrics) noexcept : metrics_(metrics) {}
  ~ExecutionTimer() { metrics_.count_execution(watch_.elapsed()); }
  ExecutionTimer(const ExecutionTimer&) = delete;
  ExecutionTimer& operator=(const ExecutionTimer&) = delete;

 private:
  JitMetrics& metrics_;
  const Stopwatch watch_;
};

}  // namespace ember::xcs
