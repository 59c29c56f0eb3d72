#include <ember/log.hpp>

#include <mutex>
#include <utility>

namespace ember {
namespace {

struct Hook {
  std::mutex mutex;
  LogHook function;
};

Hook& process_hook() {
  static Hook hook;
  return hook;
}

}  // namespace

void set_log_hook(LogHook hook) {
  const std::lock_guard lock(process_hook().mutex);
  process_hook().function = std::move(hook);
}

void log(LogLevel level, std::string_view message) noexcept {
  try {
    const std::lock_guard lock(process_hook().mutex);
    if (process_hook().function) process_hook().function(level, message);
  } catch (...) {  // A hook that throws must not change what the engine does.
  }
}

}  // namespace ember
