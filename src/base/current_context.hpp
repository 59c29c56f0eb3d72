// The context of the operator call that runs on this thread, without a copy.
#pragma once

#include <ember/context.hpp>

namespace ember {

/// Null outside of calls. Lifetime: until the call ends.
const Context* current_context() noexcept;

}  // namespace ember
