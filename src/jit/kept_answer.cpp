#include "jit/kept_answer.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "op/completion_relay.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {
namespace {

class KeptAnswer : public OperatorBase {
 public:
  explicit KeptAnswer(std::shared_ptr<const OperatorBase> target) : target_(std::move(target)) {}

  [[nodiscard]] const std::shared_ptr<const OperatorBase>& target() const noexcept { return target_; }
  [[nodiscard]] std::string name() const override { return target_->name(); }
  [[nodiscard]] bool is_pure() const override { return true; }
  [[nodiscard]] bool never_fails() const override { return target_->never_fails(); }
  [[nodiscard]] bool takes_any_input() const noexcept override { return target_->takes_any_input(); }
  [[nodiscard]] bool prefers_gpu() const override { return target_->prefers_gpu(); }
  [[nodiscard]] const Specification* specification() const override { return target_->specification(); }
  [[nodiscard]] std::size_t arity() const noexcept override { return target_->arity(); }
  [[nodiscard]] Value call(const Value& arguments) const override {
    if (const Value* answer = kept()) return *answer;
    Value answer = target_->call(arguments);
    keep(answer);
    return answer;
  }

  [[nodiscard]] const Value* kept() const noexcept {
    return is_kept_.load(std::memory_order_acquire) ? &answer_ : nullptr;
  }
  void keep(const Value& answer) const {
    const std::lock_guard lock(mutex_);
    if (is_kept_.load(std::memory_order_relaxed)) return;
    answer_ = answer;
    is_kept_.store(true, std::memory_order_release);
  }

 private:
  const std::shared_ptr<const OperatorBase> target_;
  mutable std::mutex mutex_;
  mutable std::atomic<bool> is_kept_ = false;
  mutable Value answer_;
};

/// Keeps the answer of a call that ends later, and hands it on.
class KeepingCompletion final : public CompletionRelay {
 public:
  KeepingCompletion(const KeptAnswer& keeper, CompletionCallback done)
      : CompletionRelay(keeper.shared_from_this(), std::move(done)), keeper_(keeper) {}

 private:
  void see(Value& value, std::exception_ptr& error) noexcept override {
    if (!error) keeper_.keep(value);
  }

  const KeptAnswer& keeper_;
};

/// The same of a leaf that waits: it holds no thread either.
class KeptAsyncAnswer final : public KeptAnswer {
 public:
  using KeptAnswer::KeptAnswer;
  void forward_async(Value inputs, Context context, Completion done) const override {
    if (const Value* answer = kept()) return done(*answer);
    done = CompletionCallback(*new KeepingCompletion(*this, std::move(done)), 0);
    start_leaf(*target(), std::move(inputs), std::move(context), std::move(done));
  }
};

}  // namespace

OpReference with_kept_answer(const OpReference& op) {
  if (op.target->is_async()) return {new_operator<KeptAsyncAnswer>(op.target), op.label};
  return {new_operator<KeptAnswer>(op.target), op.label};
}

const std::shared_ptr<const OperatorBase>& without_kept_answer(
    const std::shared_ptr<const OperatorBase>& target) {
  const auto* kept = dynamic_cast<const KeptAnswer*>(target.get());
  return kept ? kept->target() : target;
}

}  // namespace ember::xcs
