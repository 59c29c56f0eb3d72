#include "base/call_span.hpp"

#include "base/ambient.hpp"

namespace ember {

std::shared_ptr<const CallSpan> CallSpan::current() {
  return Ambient::current().share<CallSpan>(AmbientSlot::span);
}

void CallSpan::add(const CallUsage& usage) const noexcept {
  for (const CallSpan* span = this; span != nullptr; span = span->outer_.get()) {
    span->model_calls_.fetch_add(usage.model_calls, std::memory_order_relaxed);
    span->attempts_.fetch_add(usage.attempts, std::memory_order_relaxed);
    span->prompt_tokens_.fetch_add(usage.prompt_tokens, std::memory_order_relaxed);
    span->completion_tokens_.fetch_add(usage.completion_tokens, std::memory_order_relaxed);
    span->total_tokens_.fetch_add(usage.total_tokens, std::memory_order_relaxed);
    span->cost_usd_.fetch_add(usage.cost_usd, std::memory_order_relaxed);
  }
}

CallUsage CallSpan::usage() const noexcept {
  CallUsage usage;
  usage.model_calls = model_calls_.load(std::memory_order_relaxed);
  usage.attempts = attempts_.load(std::memory_order_relaxed);
  usage.prompt_tokens = prompt_tokens_.load(std::memory_order_relaxed);
  usage.completion_tokens = completion_tokens_.load(std::memory_order_relaxed);
  usage.total_tokens = total_tokens_.load(std::memory_order_relaxed);
  usage.cost_usd = cost_usd_.load(std::memory_order_relaxed);
  return usage;
}

}  // namespace ember
