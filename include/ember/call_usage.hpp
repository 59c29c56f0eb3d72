// CallUsage: what model calls made inside a piece of work took.
#pragma once

#include <cstdint>

namespace ember {

/// Sums over model calls. Additive.
struct CallUsage {
  /// Finished model calls.
  std::int64_t model_calls = 0;
  /// Attempts, the first of each call included.
  std::int64_t attempts = 0;
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
  std::int64_t total_tokens = 0;
  /// In US dollars; 0 where a price is not known.
  double cost_usd = 0;

  CallUsage& operator+=(const CallUsage& other) noexcept {
    model_calls += other.model_calls;
    attempts += other.attempts;
    prompt_tokens += other.prompt_tokens;
    completion_tokens += other.completion_tokens;
    total_tokens += other.total_tokens;
    cost_usd += other.cost_usd;
    return *this;
  }
  friend bool operator==(const CallUsage&, const CallUsage&) = default;
};

}  // namespace ember
