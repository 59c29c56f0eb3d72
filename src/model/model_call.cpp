// A call is a chain of attempts; each link is a callback, so no thread is held. A provider that calls back
// twice, or throws after it called back, is heard once: every attempt has a number.
#include "model/model_call.hpp"

#include <atomic>
#include <utility>

#include <ember/error.hpp>

#include "model/async_delay.hpp"
#include "model/model_scope.hpp"
#include "model/retry_decision.hpp"
#include "model/waiting.hpp"

namespace ember::model {
namespace {

class ModelCall : public std::enable_shared_from_this<ModelCall> {
 public:
  ModelCall(CallPlan plan, const Context& context, PieceHandler on_piece, CompletionHandler done)
      : plan_(std::move(plan)),
        context_(context),
        on_piece_(std::move(on_piece)),
        done_(std::move(done)),
        policy_(plan_.request.parameters.retry.value_or(RetryPolicy::for_models())),
        started_(now()) {}

  void attempt() {
    if (context_.stop_requested() || now() >= context_.deadline()) {
      give_up(nullptr);
      return;
    }
    const int number = ++attempt_;
    attempt_started_ = now();
    ModelRequest request = plan_.request;
    request.attempt = number;
    try {
      plan_.provider->complete_async(std::move(request), attempt_context(), piece_handler(number),
                                     [self = shared_from_this(), number](Result<Completion> outcome) {
                                       self->end_attempt(number, std::move(outcome));
                                     });
    } catch (...) {
      end_attempt(number, std::current_exception());
    }
  }

 private:
  [[nodiscard]] TimePoint now() const noexcept { return context_.clock()->now(); }

  [[nodiscard]] Context attempt_context() const {
    const auto& timeout = plan_.request.parameters.timeout;
    return timeout ? context_.with_deadline(time_after(attempt_started_, *timeout)) : context_;
  }

  [[nodiscard]] PieceHandler piece_handler(int number) {
    if (!on_piece_) return {};
    return [self = shared_from_this(), number](const CompletionPiece& piece) {
      if (self->ended_.load(std::memory_order_acquire) >= number) return;
      self->has_pieces_ = true;
      self->on_piece_(piece);
    };
  }

  void end_attempt(int number, Result<Completion> outcome) {
    int previous = number - 1;
    if (!ended_.compare_exchange_strong(previous, number, std::memory_order_acq_rel)) return;
    latency_ = now() - attempt_started_;
    if (outcome) {
      succeed(std::move(outcome).value());
      return;
    }
    const std::exception_ptr error = outcome.error();
    if (context_.stop_requested() || now() >= context_.deadline()) {
      give_up(error);
      return;
    }
    const auto wait = is_transient(error) && !has_pieces_
                          ? wait_before_repeat(policy_, number, error, context_)
                          : std::nullopt;
    if (!wait) {
      finish(typed(error), {});
      return;
    }
    delay_until(context_, time_after(now(), *wait), [self = shared_from_this(), error](DelayEnd end) {
      end == DelayEnd::reached ? self->attempt() : self->give_up(error);
    });
  }

  // What a provider throws that is no error of the library is not for the caller's messages: it may hold the
  // prompt.
  [[nodiscard]] std::exception_ptr typed(std::exception_ptr error) const {
    try {
      std::rethrow_exception(error);
    } catch (const Error&) {
      return error;
    } catch (...) {
      ProviderAPIError failed("Model '" + plan_.request.model_id + "': the provider failed");
      failed.set_cause(std::move(error));
      return std::make_exception_ptr(std::move(failed));
    }
  }

  void succeed(Completion completion) {
    if (completion.model_id.empty()) completion.model_id = plan_.request.model_id;
    UsageStats& usage = completion.usage;
    if (usage.total_tokens == 0) usage.total_tokens = usage.prompt_tokens + usage.completion_tokens;
    if (plan_.cost) usage.cost_usd = plan_.cost->of(usage.prompt_tokens, usage.completion_tokens);
    completion.messages = std::move(plan_.request.messages);
    completion.messages.push_back({Role::assistant, completion.text});
    completion.latency = latency_;
    completion.attempts = attempt_;
    const UsageStats used = usage;
    finish(std::move(completion), used);
  }

  // The call's own time is over, or nobody wants its answer: that is what the caller is told, whatever came
  // last.
  void give_up(const std::exception_ptr& last) {
    const bool is_stopped = context_.stop_requested();
    ModelError error(
        "Model '" + plan_.request.model_id +
            "': " + (is_stopped ? "the call was stopped" : "the deadline passed before there was an answer"),
        is_stopped ? Errc::execution_stopped : Errc::execution_timeout);
    if (last) error.set_cause(last);
    finish(std::make_exception_ptr(std::move(error)), {});
  }

  void finish(Result<Completion> outcome, const UsageStats& usage) {
    CallRecord record;
    record.model_id = plan_.request.model_id;
    record.usage = usage;
    record.latency = latency_;
    record.elapsed = now() - started_;
    record.attempts = attempt_;
    record.is_failed = !outcome.has_value();
    for (const auto& meter : plan_.meters) meter->record(record);
    if (plan_.span) {
      plan_.span->add(
          {1, attempt_, usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, usage.cost_usd});
    }
    on_piece_ = nullptr;
    const CompletionHandler done = std::move(done_);
    done(std::move(outcome));
  }

  CallPlan plan_;
  Context context_;
  PieceHandler on_piece_;
  CompletionHandler done_;
  RetryPolicy policy_;
  TimePoint started_;
  TimePoint attempt_started_{};
  Duration latency_{};
  int attempt_ = 0;
  std::atomic<int> ended_{0};  // The last attempt that has called back.
  bool has_pieces_ = false;
};

}  // namespace

CallPlan plan_call(const ModelRegistry& registry, std::string_view name, const ModelParameters& parameters,
                   const Prompt& prompt) {
  const ModelScope& scope = ModelScope::current();
  CallPlan plan;
  ResolvedModel resolved = registry.find(name);
  plan.provider = std::move(resolved.provider);
  plan.cost = registry.cost(resolved.id);
  plan.meters = scope.meters;
  plan.meters.push_back(UsageService::process());
  plan.span = CallSpan::current();
  plan.request.model_id = std::move(resolved.id);
  plan.request.model = std::move(resolved.model);
  plan.request.parameters = parameters.over(scope.parameters).over(model_defaults());
  if (plan.request.parameters.context) {
    plan.request.messages.push_back({Role::system, *plan.request.parameters.context});
  }
  const auto& messages = prompt.messages();
  plan.request.messages.insert(plan.request.messages.end(), messages.begin(), messages.end());
  return plan;
}

void run_call(CallPlan plan, const Context& context, PieceHandler on_piece, CompletionHandler done) {
  std::make_shared<ModelCall>(std::move(plan), context, std::move(on_piece), std::move(done))->attempt();
}

Completion run_call_and_wait(CallPlan plan, const Context& context) {
  const auto waiting = std::make_shared<Waiting<Completion>>();
  run_call(std::move(plan), context, {},
           [waiting](Result<Completion> outcome) { waiting->finish(std::move(outcome)); });
  return waiting->wait(*context.clock()).value();
}

}  // namespace ember::model
