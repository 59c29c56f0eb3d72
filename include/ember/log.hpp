// The logging hook: the library itself never prints. Without a hook, messages are dropped.
#pragma once

#include <functional>
#include <string_view>

namespace ember {

enum class LogLevel { debug, info, warning, error };

/// Receives every message of the library, in order; called from any thread, one call at a time, and as a rule
/// before the work that logged goes on. It may call operators: what those log is dropped, and they may run on
/// threads that have a message of their own, which does not wait for a slow hook for long.
using LogHook = std::function<void(LogLevel, std::string_view)>;

/// Installs `hook` for the whole process, or removes the present one when `hook` is empty; waits for a call
/// of the present one to end, unless it is called from there. Thread-safe.
void set_log_hook(LogHook hook);

/// Hands a message to the hook, if there is one. Thread-safe.
void log(LogLevel level, std::string_view message) noexcept;

}  // namespace ember
