// An asynchronous call that is traced or remembered: its outcome passes through a sink of its own.
#include <atomic>
#include <mutex>
#include <utility>

#include <ember/execution_error.hpp>

#include "exec/call_observation.hpp"
#include "exec/result_cache.hpp"
#include "exec/run.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {
namespace {

using Ticket = ResultCache::Ticket;

class ObservedStart final : public CompletionSink, public Limiter::Waiter {
 public:
  ObservedStart(const OpReference& op, Value arguments, Context context, CompletionCallback done,
                const std::shared_ptr<ResultCache>& cache, bool is_debugged)
      : observation_(op, arguments, is_debugged),
        ambient_(observation_.ambient()),
        target_(op.target),
        arguments_(std::move(arguments)),
        context_(std::move(context)),
        done_(std::move(done)),
        cache_(may_remember(*op.target) ? cache : nullptr) {}

  void start() {
    Ticket ticket;
    if (cache_) {
      ticket = cache_->look_up(target_, arguments_, [self = Ref<ObservedStart>(this)](const Value* result) {
        self->end_joined(result);
      });
    }
    if (ticket.outcome == Ticket::Outcome::hit) {
      end(std::move(ticket.value), nullptr, true);
    } else if (ticket.outcome == Ticket::Outcome::joined) {
      // It does not execute while it waits: its permit is free for others. The other call may have ended
      // already.
      const std::lock_guard lock(joining_);
      if (!is_on_its_own_) permit_.lend();
    } else {
      ticket_ = std::move(ticket);
      run();
    }
  }

  void complete(std::size_t, Value value, std::exception_ptr error) noexcept override {
    if (cache_) cache_->finish(ticket_, target_, error ? nullptr : &value);
    end(std::move(value), std::move(error), false);
  }
  void retain() noexcept override { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept override {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 private:
  friend class Ref<ObservedStart>;
  ~ObservedStart() = default;

  void run() {
    const AmbientScope scope(ambient_);
    const auto frame = permit_.frame();
    start_call(*target_, arguments_, context_, CompletionCallback(*this, 0));
  }

  /// The call that this one waited for has ended. When it failed, this one runs by itself.
  void end_joined(const Value* result) {
    if (result) return end(*result, nullptr, true);
    {
      const std::lock_guard lock(joining_);
      is_on_its_own_ = true;
    }
    if (permit_.take_back(*this)) run_late();
  }

  void on_permit() noexcept override {
    permit_.note_returned();
    run_late();
  }

  void run_late() {
    if (context_.stop_requested()) return end({}, std::make_exception_ptr(ExecutionStoppedError()), false);
    const ContextScope context(context_);
    run();
  }

  void end(Value value, std::exception_ptr error, bool is_cached) {
    observation_.end(value, error, is_cached);
    CompletionCallback done = std::move(done_);
    done.finish(std::move(value), std::move(error));
  }

  CallObservation observation_;
  const Ambient ambient_;
  const std::shared_ptr<const OperatorBase> target_;
  const Value arguments_;
  const Context context_;
  CompletionCallback done_;
  const std::shared_ptr<ResultCache> cache_;
  Ticket ticket_;
  /// Guards the moment between joining and lending.
  std::mutex joining_;
  bool is_on_its_own_ = false;
  Run::LentPermit permit_;
  std::atomic<int> references_ = 0;
};

}  // namespace

void start_observed(const OpReference& op, const Value& arguments, const Context& context,
                    CompletionCallback done, const std::shared_ptr<ResultCache>& cache, bool is_debugged) {
  const Ref<ObservedStart> call(
      new ObservedStart(op, arguments, context, std::move(done), cache, is_debugged));
  call->start();
}

}  // namespace ember::xcs
