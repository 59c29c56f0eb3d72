// The cache of `enable_caching`: results of leaves, by operator instance, state and input.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ember::xcs {

/// Counts of one cache since it was made.
struct CacheStats {
  /// Calls that were answered without running the operator, joined ones included.
  std::uint64_t hits = 0;
  /// Calls that ran.
  std::uint64_t misses = 0;
  /// Calls that waited for an equal call of a pure operator that was under way.
  std::uint64_t joined = 0;
  /// Calls whose input has no fingerprint (an object without fields): they always run.
  std::uint64_t bypassed = 0;
  /// Results that gave way to others.
  std::uint64_t evictions = 0;
  std::size_t entries = 0;
  /// What the entries keep alive.
  std::size_t bytes = 0;
};

/// The counts of the cache that calls on this thread use: that of the outermost scope that enabled caching,
/// else the process's. All zero when caching is off. Thread-safe.
CacheStats cache_stats();
/// Forgets all results of that cache; its counts stay. Thread-safe.
void clear_cache();
/// Sets how many bytes the results of one cache may keep alive, from now on and for all caches: the least
/// recently used give way. Default 256 MiB. Thread-safe.
void set_cache_limit(std::size_t bytes) noexcept;

}  // namespace ember::xcs
