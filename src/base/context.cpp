// The current context of a thread is a pointer to the one its engine keeps, so entering a call costs two
// stores.
#include <ember/context.hpp>

#include <utility>

#include "base/current_context.hpp"

namespace ember {
namespace {

thread_local const Context* thread_context = nullptr;

}  // namespace

Context::Context() : clock_(Clock::real()) {}

Context::Context(std::shared_ptr<Clock> clock, TimePoint deadline, std::stop_token stop, std::string device)
    : clock_(std::move(clock)), deadline_(deadline), stop_(std::move(stop)), device_(std::move(device)) {}

const Context* current_context() noexcept {
  return thread_context;
}

Context Context::current() {
  return thread_context ? *thread_context : Context();
}

Duration Context::remaining() const noexcept {
  if (deadline_ == TimePoint::max()) return Duration::max();
  const TimePoint now = clock_->now();
  return now >= deadline_ ? Duration::zero() : deadline_ - now;
}

bool Context::sleep_for(Duration duration) const {
  return clock_->sleep_until(time_after(clock_->now(), duration), stop_);
}

Context Context::with_deadline(TimePoint deadline) const {
  Context earlier = *this;
  if (deadline < earlier.deadline_) earlier.deadline_ = deadline;
  return earlier;
}

ContextScope::ContextScope(const Context& context) noexcept : previous_(thread_context) {
  thread_context = &context;
}

ContextScope::~ContextScope() {
  thread_context = previous_;
}

}  // namespace ember
