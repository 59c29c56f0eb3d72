#include "ranks/termination_delay.hpp"

#include <csignal>

#include <atomic>
#include <mutex>

namespace ember::ranks {
namespace {

std::atomic<bool> is_asked_to_end = false;
static_assert(std::atomic<bool>::is_always_lock_free);

std::mutex delay_mutex;
int delays = 0;
struct sigaction former {};

extern "C" void note_request(int) {
  is_asked_to_end.store(true);
}

void begin_delay() {
  const std::lock_guard lock(delay_mutex);
  if (delays++ > 0) return;
  is_asked_to_end.store(false);
  struct sigaction noting {};
  noting.sa_handler = &note_request;
  noting.sa_flags = SA_RESTART;
  ::sigaction(SIGTERM, &noting, &former);
}

void end_delay() {
  const std::lock_guard lock(delay_mutex);
  if (--delays == 0) ::sigaction(SIGTERM, &former, nullptr);
}

}  // namespace

TerminationDelay::TerminationDelay() {
  begin_delay();
}

TerminationDelay::~TerminationDelay() {
  if (!stays_ && !is_over_) end_delay();
}

bool TerminationDelay::is_asked() noexcept {
  return is_asked_to_end.load();
}

void TerminationDelay::obey() {
  if (is_over_) return;
  is_over_ = true;
  end_delay();
  if (is_asked_to_end.exchange(false)) (void)::raise(SIGTERM);
}

}  // namespace ember::ranks
