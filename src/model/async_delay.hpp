// A wait that holds no thread and ends early when its call is stopped or out of time.
#pragma once

#include <functional>

#include <ember/context.hpp>

namespace ember::model {

enum class DelayEnd { reached, deadline, stopped };

/// Calls `done` exactly once: at `when`, or earlier at the context's deadline or when a stop is requested; on
/// a thread of the clock, on the one that requests the stop, or on the caller's. `done` must not throw.
void delay_until(const Context& context, TimePoint when, std::function<void(DelayEnd)> done);

}  // namespace ember::model
