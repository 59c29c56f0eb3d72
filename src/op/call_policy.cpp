#include "op/call_policy.hpp"

#include <atomic>
#include <utility>

namespace ember {
namespace {

std::atomic<const CallPolicy*> process_policy = nullptr;

}  // namespace

const CallPolicy* CallPolicy::of(const Ambient& ambient) noexcept {
  const auto* own = ambient.get<CallPolicy>(AmbientSlot::calls);
  return own ? own : process_policy.load(std::memory_order_acquire);
}

void CallPolicy::set_process_policy(const CallPolicy* policy) noexcept {
  process_policy.store(policy, std::memory_order_release);
}

Ambient with_policy(const Ambient& ambient, std::shared_ptr<const CallPolicy> policy) {
  return ambient.with(AmbientSlot::calls, std::move(policy));
}

}  // namespace ember
