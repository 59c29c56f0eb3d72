#include "exec/limiter.hpp"

#include <utility>

namespace ember::xcs {
namespace {

/// The limiter as the ambient settings hold it.
struct InheritedLimiter {
  std::shared_ptr<Limiter> limiter;
};

/// A thread that waits for permits.
class BlockedThread final : public Limiter::Waiter {
 public:
  explicit BlockedThread(Executor& executor) : executor_(executor) {}
  void on_permit() noexcept override {
    const std::lock_guard lock(mutex_);
    is_served_ = true;
    executor_.notify(served_);
  }
  void retain() noexcept override { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept override {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  void wait() {
    std::unique_lock lock(mutex_);
    while (!is_served_) executor_.wait(lock, served_, TimePoint::max());
  }

 private:
  Executor& executor_;
  std::atomic<int> references_ = 0;
  std::mutex mutex_;
  Condition served_;
  bool is_served_ = false;
};

}  // namespace

Limiter::Limiter(std::size_t capacity, std::shared_ptr<Limiter> outer)
    : capacity_(capacity),
      outer_(std::move(outer)),
      chain_(outer_ ? outer_->chain_ : std::make_shared<Chain>()) {}

bool Limiter::take() {
  for (const Limiter* level = this; level; level = level->outer_.get()) {
    if (level->used_ >= level->capacity_) return false;
  }
  for (Limiter* level = this; level; level = level->outer_.get()) ++level->used_;
  return true;
}

void Limiter::give() {
  for (Limiter* level = this; level; level = level->outer_.get()) --level->used_;
}

bool Limiter::acquire(Waiter& waiter) {
  const std::lock_guard lock(chain_->mutex);
  // Whoever is in the queue could not be served when permits were last given back, so nobody is overtaken
  // here.
  if (take()) return true;
  chain_->queue.push_back({Ref<Waiter>(&waiter), this});
  chain_->waiting.store(chain_->queue.size(), std::memory_order_relaxed);
  return false;
}

void Limiter::acquire_blocking(Executor& executor) {
  const Ref<BlockedThread> thread(new BlockedThread(executor));
  if (!acquire(*thread)) thread->wait();
}

void Limiter::release() {
  std::vector<Ref<Waiter>> served;
  {
    const std::lock_guard lock(chain_->mutex);
    give();
    for (auto entry = chain_->queue.begin(); entry != chain_->queue.end();) {
      if (entry->limiter->take()) {
        served.push_back(std::move(entry->waiter));
        entry = chain_->queue.erase(entry);
      } else {
        ++entry;
      }
    }
    chain_->waiting.store(chain_->queue.size(), std::memory_order_relaxed);
  }
  for (const Ref<Waiter>& waiter : served) waiter->on_permit();
}

std::shared_ptr<Limiter> limiter_of(const Ambient& ambient) {
  const auto* inherited = ambient.get<InheritedLimiter>(AmbientSlot::limiter);
  return inherited ? inherited->limiter : nullptr;
}

Ambient with_max_workers(const Ambient& ambient, std::size_t workers) {
  std::shared_ptr<Limiter> outer = limiter_of(ambient);
  if (outer && outer->capacity() <= workers) return ambient;
  auto own = std::make_shared<Limiter>(workers, std::move(outer));
  return ambient.with(AmbientSlot::limiter,
                      std::make_shared<const InheritedLimiter>(InheritedLimiter{std::move(own)}));
}

}  // namespace ember::xcs
