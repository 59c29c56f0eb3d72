#include "jit/jit_metrics.hpp"

#include <algorithm>
#include <mutex>
#include <set>

namespace ember::xcs {

/// All metrics that live, and the sums of those that do not any more.
class JitRegistry {
 public:
  static JitRegistry& instance() {
    // Leaked on purpose: jitted operators may be static objects.
    static auto* const registry = new JitRegistry;
    return *registry;
  }
  void add(const JitMetrics& metrics) {
    const std::lock_guard lock(mutex_);
    live_.insert(&metrics);
  }
  void remove(const JitMetrics& metrics) {
    const std::lock_guard lock(mutex_);
    live_.erase(&metrics);
    ended_ = sum(ended_, metrics.stats());
  }
  JitSummary summary() {
    const std::lock_guard lock(mutex_);
    JitSummary total = ended_;
    for (const JitMetrics* metrics : live_) total = sum(total, metrics->stats());
    return total;
  }

 private:
  static JitSummary sum(JitSummary total, const JitStats& stats) {
    total.total_tracing_time_ms += stats.tracing_time * 1000;
    total.total_compilation_time_ms += stats.compilation_time * 1000;
    total.total_execution_time_ms += stats.execution_time * 1000;
    total.cache_hits += stats.cache_hits;
    total.cache_misses += stats.cache_misses;
    total.compilation_count += stats.compilation_count;
    total.execution_count += stats.execution_count;
    if (stats.execution_count > 0) ++total.function_count;
    return total;
  }

  std::mutex mutex_;
  std::set<const JitMetrics*> live_;
  JitSummary ended_;
};

namespace {

double seconds(std::uint64_t nanoseconds) noexcept {
  return static_cast<double>(nanoseconds) * 1e-9;
}

double share(std::uint64_t part, std::uint64_t rest) noexcept {
  return part + rest == 0 ? 0 : static_cast<double>(part) / static_cast<double>(part + rest);
}

Value number(std::uint64_t count) {
  return static_cast<std::int64_t>(count);
}

}  // namespace

JitMetrics::JitMetrics() {
  JitRegistry::instance().add(*this);
}

JitMetrics::~JitMetrics() {
  JitRegistry::instance().remove(*this);
}

void JitMetrics::count_compilation(std::uint64_t nanoseconds, std::uint64_t tracing_nanoseconds) noexcept {
  add(compilations_, 1);
  add(compilation_time_, std::max<std::uint64_t>(nanoseconds, 1));
  add(tracing_time_, tracing_nanoseconds);
}

void JitMetrics::count_trace(std::uint64_t nanoseconds, bool is_own) noexcept {
  add(compilations_, is_own ? 1 : 0);
  add(compilation_time_, nanoseconds);
}

JitStats JitMetrics::stats() const noexcept {
  JitStats stats;
  stats.compilation_time = seconds(compilation_time_);
  stats.execution_time = seconds(execution_time_);
  stats.tracing_time = seconds(tracing_time_);
  stats.cache_hits = hits_;
  stats.cache_misses = misses_;
  stats.compilation_count = compilations_;
  stats.execution_count = executions_;
  return stats;
}

JitSummary JitMetrics::summary() {
  JitSummary total = JitRegistry::instance().summary();
  const auto average = [](double sum, std::uint64_t count) {
    return count == 0 ? 0 : sum / static_cast<double>(count);
  };
  total.cache_hit_rate = share(total.cache_hits, total.cache_misses);
  total.avg_compilation_time_ms = average(total.total_compilation_time_ms, total.compilation_count);
  total.avg_execution_time_ms = average(total.total_execution_time_ms, total.execution_count);
  return total;
}

JitSummary get_jit_stats() {
  return JitMetrics::summary();
}

double JitStats::cache_hit_rate() const noexcept {
  return share(cache_hits, cache_misses);
}

Value JitStats::to_value() const {
  return {{"compilation_time", compilation_time},
          {"execution_time", execution_time},
          {"tracing_time", tracing_time},
          {"cache_hits", number(cache_hits)},
          {"cache_misses", number(cache_misses)},
          {"cache_hit_rate", cache_hit_rate()},
          {"compilation_count", number(compilation_count)},
          {"execution_count", number(execution_count)},
          {"strategy", strategy},
          {"cache_size", number(cache_size)},
          {"cached_plans", number(cached_plans)}};
}

Value JitSummary::to_value() const {
  return {{"total_tracing_time_ms", total_tracing_time_ms},
          {"total_compilation_time_ms", total_compilation_time_ms},
          {"total_execution_time_ms", total_execution_time_ms},
          {"cache_hits", number(cache_hits)},
          {"cache_misses", number(cache_misses)},
          {"cache_hit_rate", cache_hit_rate},
          {"compilation_count", number(compilation_count)},
          {"execution_count", number(execution_count)},
          {"avg_compilation_time_ms", avg_compilation_time_ms},
          {"avg_execution_time_ms", avg_execution_time_ms},
          {"function_count", number(function_count)}};
}

}  // namespace ember::xcs
