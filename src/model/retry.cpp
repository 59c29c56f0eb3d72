// Backoff: the wait is spread over the whole range, so that calls that failed together do not return
// together.
#include <ember/retry.hpp>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>

#include <ember/error.hpp>

#include "model/retry_decision.hpp"
#include "model/splitmix.hpp"

namespace ember {
namespace {

std::uint64_t random_bits() {
  thread_local std::mt19937_64 generator(std::random_device{}());
  return generator();
}

/// The wait that the server asked for, if it did.
std::optional<Duration> requested_wait(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& failure) {
    const auto field = failure.context().find("retry_after");
    if (field == failure.context().end()) return std::nullopt;
    char* end = nullptr;
    const double seconds = std::strtod(field->second.c_str(), &end);
    if (end == field->second.c_str() || !(seconds >= 0)) return std::nullopt;
    return from_seconds(seconds);
  } catch (...) {
    return std::nullopt;
  }
}

void require_valid(bool is_valid, const char* message) {
  if (!is_valid) throw InvalidArgumentError(message);
}

}  // namespace

RetryPolicy RetryPolicy::for_models() {
  RetryPolicy policy;
  policy.max_wait = std::chrono::seconds(10);
  return policy;
}

void RetryPolicy::validate() const {
  require_valid(max_attempts >= 1, "retry.max_attempts must be at least 1");
  require_valid(min_wait >= Duration::zero(), "retry.min_wait must not be negative");
  require_valid(max_wait >= min_wait, "retry.max_wait must not be shorter than retry.min_wait");
  require_valid(max_retry_after >= Duration::zero(), "retry.max_retry_after must not be negative");
}

Duration RetryPolicy::wait_after(int attempt, std::uint64_t dice) const noexcept {
  Duration longest = min_wait;
  for (int i = 0; i < attempt && longest < max_wait; ++i) {
    longest = longest > max_wait / 2 ? max_wait : longest * 2;
  }
  const auto range = static_cast<double>((std::min(longest, max_wait) - min_wait).count());
  return min_wait + Duration(static_cast<Duration::rep>(range * model::unit_interval(dice)));
}

bool is_transient(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const ProviderAPIError& failure) {
    return failure.is_transient();
  } catch (...) {
    return false;
  }
}

namespace model {

std::optional<Duration> wait_before_repeat(const RetryPolicy& policy, int attempt,
                                           const std::exception_ptr& error, const Context& context) {
  if (attempt >= policy.max_attempts || context.stop_requested()) return std::nullopt;
  Duration wait{};
  if (const auto requested = requested_wait(error)) {
    if (*requested > policy.max_retry_after) return std::nullopt;
    wait = *requested;
  } else {
    const auto step = static_cast<std::uint64_t>(attempt);
    wait = policy.wait_after(attempt, policy.seed ? mix(mix(*policy.seed) + step) : random_bits());
  }
  if (time_after(context.clock()->now(), wait) > context.deadline()) return std::nullopt;
  return wait;
}

}  // namespace model

namespace internal {

void run_with_retries(const RetryOptions& options, const std::function<void()>& attempt) {
  options.policy.validate();
  const Context context = Context::current();
  for (int number = 1;; ++number) {
    std::exception_ptr error;
    try {
      attempt();
      return;
    } catch (...) {
      error = std::current_exception();
    }
    if (options.should_retry && !options.should_retry(error)) std::rethrow_exception(error);
    const auto wait = model::wait_before_repeat(options.policy, number, error, context);
    if (!wait) std::rethrow_exception(error);
    if (options.on_retry) options.on_retry(number, *wait);
    if (!context.sleep_for(*wait)) std::rethrow_exception(error);
  }
}

}  // namespace internal
}  // namespace ember
