#include "cli/wakeup.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string>

#include <ember/error.hpp>

namespace ember::cli {

namespace {

std::atomic<int> caught_signal = 0;
std::atomic<int> watched_descriptor = -1;
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

void notify(int descriptor) noexcept {
  const int error = errno;
  const std::uint64_t one = 1;
  (void)!::write(descriptor, &one, sizeof one);
  errno = error;
}

void handle(int signal) {
  caught_signal = signal;
  notify(watched_descriptor);
}

}  // namespace

Wakeup::Wakeup() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0)
    throw DataError(std::string("can not make an event descriptor: ") + std::strerror(errno));
}

Wakeup::~Wakeup() {
  ::close(descriptor_);
}

void Wakeup::wake() const noexcept {
  notify(descriptor_);
}

void Wakeup::reset() const noexcept {
  std::uint64_t count = 0;
  (void)!::read(descriptor_, &count, sizeof count);
}

struct SignalWatch::Before {
  struct sigaction interrupt;
  struct sigaction terminate;
};

SignalWatch::SignalWatch(const Wakeup& wakeup) : before_(std::make_unique<Before>()) {
  caught_signal = 0;
  watched_descriptor = wakeup.descriptor();
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, &before_->interrupt);
  ::sigaction(SIGTERM, &action, &before_->terminate);
}

SignalWatch::~SignalWatch() {
  ::sigaction(SIGINT, &before_->interrupt, nullptr);
  ::sigaction(SIGTERM, &before_->terminate, nullptr);
}

int SignalWatch::signal() const noexcept {
  return caught_signal;
}

}  // namespace ember::cli
