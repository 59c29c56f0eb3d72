// Whether and when a failed attempt is repeated; shared by the blocking and the asynchronous loop.
#pragma once

#include <exception>
#include <optional>

#include <ember/context.hpp>
#include <ember/retry.hpp>

namespace ember::model {

/// The wait after failed attempt number `attempt`; none when the attempts are used up, the server asks for
/// too long a wait, or the wait would end after the deadline. Does not look at whether the failure is
/// transient.
std::optional<Duration> wait_before_repeat(const RetryPolicy& policy, int attempt,
                                           const std::exception_ptr& error, const Context& context);

}  // namespace ember::model
