// RetryPolicy: how often and how patiently a failing call is repeated. Only transient failures are repeated.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include <ember/clock.hpp>
#include <ember/context.hpp>

namespace ember {

/// How a call that fails for a passing reason is repeated: exponential backoff with jitter over the whole
/// range.
struct RetryPolicy {
  /// How often the call is made at most, the first time included; at least 1.
  int max_attempts = 3;
  /// The shortest wait before a repetition.
  Duration min_wait = std::chrono::seconds(1);
  /// The longest wait before a repetition.
  Duration max_wait = std::chrono::seconds(60);
  /// The longest wait that a server may ask for with `Retry-After`; when it asks for more, the failure
  /// stands.
  Duration max_retry_after = std::chrono::seconds(120);
  /// Makes the waits reproducible: the same seed gives the same waits.
  std::optional<std::uint64_t> seed{};

  /// The policy of model calls: waits of 1 to 10 seconds.
  static RetryPolicy for_models();

  /// Throws InvalidArgumentError naming the field that is out of range.
  void validate() const;

  /// The wait after failed attempt number `attempt` (from 1): evenly spread between `min_wait` and
  /// `min(max_wait, min_wait * 2^attempt)`. `dice` is any 64 random bits.
  [[nodiscard]] Duration wait_after(int attempt, std::uint64_t dice) const noexcept;

  friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

/// True for failures that may pass: ProviderAPIError that says so (429, 5xx, connection, timeout).
bool is_transient(const std::exception_ptr& error) noexcept;

/// How the generic `retry` decides; every member has a default.
struct RetryOptions {
  RetryPolicy policy{};
  /// Which failures are repeated; by default every one.
  std::function<bool(const std::exception_ptr&)> should_retry{};
  /// Told before each wait: the number of the failed attempt and the wait.
  std::function<void(int, Duration)> on_retry{};
};

namespace internal {
/// Calls `attempt` until it returns normally, the policy ends or a stop is requested. Rethrows the last error
/// unchanged.
void run_with_retries(const RetryOptions& options, const std::function<void()>& attempt);
}  // namespace internal

/// Calls `fn` until it succeeds, and returns its result. Waits on the clock of `Context::current()`, never
/// beyond its deadline. Throws the last error unchanged when no attempt succeeded. Blocks the calling thread
/// while waiting.
template <class Fn>
std::invoke_result_t<Fn&> retry(const RetryOptions& options, Fn fn) {
  using Outcome = std::invoke_result_t<Fn&>;
  if constexpr (std::is_void_v<Outcome>) {
    internal::run_with_retries(options, [&] { fn(); });
  } else {
    std::optional<Outcome> outcome;
    internal::run_with_retries(options, [&] { outcome.emplace(fn()); });
    return std::move(*outcome);
  }
}

/// The same with a policy alone: every failure is repeated.
template <class Fn>
std::invoke_result_t<Fn&> retry(const RetryPolicy& policy, Fn fn) {
  RetryOptions options;
  options.policy = policy;
  return retry(options, std::move(fn));
}

}  // namespace ember
