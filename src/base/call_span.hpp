// CallSpan: the piece of work that a thread is in, as far as measuring goes: it adds up the model calls made
// inside. Tracing derives its spans from it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include <ember/call_usage.hpp>

namespace ember {

/// A measured piece of work. Shared by everything that works for it; thread-safe.
class CallSpan {
 public:
  explicit CallSpan(std::shared_ptr<const CallSpan> outer) noexcept : outer_(std::move(outer)) {}
  CallSpan(const CallSpan&) = delete;
  CallSpan& operator=(const CallSpan&) = delete;

  /// That of the calling thread and of the work started by it, or null where nothing is measured.
  static std::shared_ptr<const CallSpan> current();

  /// Adds to this span and to all around it.
  void add(const CallUsage& usage) const noexcept;
  /// What was added so far.
  [[nodiscard]] CallUsage usage() const noexcept;

 protected:
  ~CallSpan() = default;

 private:
  const std::shared_ptr<const CallSpan> outer_;
  mutable std::atomic<std::int64_t> model_calls_ = 0;
  mutable std::atomic<std::int64_t> attempts_ = 0;
  mutable std::atomic<std::int64_t> prompt_tokens_ = 0;
  mutable std::atomic<std::int64_t> completion_tokens_ = 0;
  mutable std::atomic<std::int64_t> total_tokens_ = 0;
  mutable std::atomic<double> cost_usd_ = 0;
};

}  // namespace ember
