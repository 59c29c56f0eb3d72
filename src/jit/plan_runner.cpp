#include "jit/plan_runner.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "exec/run.hpp"
#include "graph/wake_time.hpp"
#include "jit/dataflow_unit.hpp"
#include "jit/kept_answer.hpp"
#include "op/call_policy.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {
namespace {

constexpr std::size_t few_nodes = 16;

OpReference original(const OpReference& executed) {
  const std::shared_ptr<const OperatorBase>& target = without_kept_answer(executed.target);
  const auto* unit = dynamic_cast<const DataflowUnit*>(target.get());
  return {unit ? unit->target() : target, executed.label};
}

/// True when all nodes were measured and are over before a thread would be awake.
bool is_cheap_plan(const Plan& plan) {
  std::uint64_t total = 0;
  for (std::size_t node = 0; node < plan.size(); ++node) {
    if (plan.node(node).is_check) continue;
    if (plan.cost(node) == 0 || plan.node(node).target->is_async()) return false;
    total += plan.cost(node);
  }
  return total < wake_nanoseconds;
}

}  // namespace

PlanAttempt::PlanAttempt(const PlanRequest& request, const Value& input)
    : request_(request), recorded_(*request.recorded), plan_(*recorded_.plan), input_(input) {}

std::optional<Value> PlanAttempt::run() {
  if (plan_.size() == 0) return checked_answer(nullptr);
  return can_run_inline() ? run_inline() : run_with_engine();
}

bool PlanAttempt::can_run_inline() const {
  const ExecutionOptions& options = *request_.settings.options;
  const bool is_one_by_one = request_.overlap == Overlap::none || plan_.width() <= 1;
  const bool may_be_inline =
      request_.overlap == Overlap::automatic && request_.is_cheap->load(std::memory_order_relaxed);
  if (!is_one_by_one && !may_be_inline) return false;
  if (options.timeout_seconds || *options.collect_metrics || CallPolicy::current() != nullptr) return false;
  const Ambient& ambient = Ambient::current();
  return !ambient.get<void>(AmbientSlot::interpreter) && !ambient.get<void>(AmbientSlot::limiter) &&
         !Executor::current()->is_simulated();
}

/// One node after the other on this thread: nothing else is worth its price.
std::optional<Value> PlanAttempt::run_inline() {
  std::array<Value, few_nodes> few;
  std::vector<Value> many(plan_.size() > few_nodes ? plan_.size() : 0);
  Value* const outputs = many.empty() ? few.data() : many.data();
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t node = 0; node < plan_.size(); ++node) {
    try {
      const Value input = plan_.input_of(node, input_, outputs);
      outputs[node] = run_call(*plan_.node(node).target, input);
    } catch (...) {
      const std::exception_ptr error = std::current_exception();
      for (std::size_t before = 0; before < node; ++before) know(before, outputs, outputs[before], nullptr);
      know_failure(node, outputs, error);
      return std::nullopt;
    }
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  // What was measured before would only lead back here.
  const bool is_slow = took > std::chrono::nanoseconds(2 * wake_nanoseconds);
  if (is_slow && request_.is_cheap->exchange(false)) plan_.forget_costs();
  return checked_answer(outputs);
}

std::optional<Value> PlanAttempt::run_with_engine() {
  const EffectiveOptions settings = failing_fast(request_.settings, request_.overlap);
  const Ref<Run> run = Run::create({recorded_.plan, input_, settings, {}, {}});
  run->run_to_end();
  if (!run->first_raw_error()) {
    const Results results = run->results();
    if (request_.overlap == Overlap::automatic && is_cheap_plan(plan_)) *request_.is_cheap = true;
    return checked_answer(results.values().data());
  }
  const auto outcomes = run->node_outcomes();
  std::vector<Value> outputs(outcomes.size());
  for (std::size_t node = 0; node < outcomes.size(); ++node) {
    if (outcomes[node].output) outputs[node] = *outcomes[node].output;
  }
  bool has_failed = false;
  for (std::size_t node = 0; node < outcomes.size(); ++node) {
    const auto& [output, error] = outcomes[node];
    if (error && !has_failed) {
      has_failed = true;
      know_failure(node, outputs.data(), error);
    } else if (output || error) {
      know(node, outputs.data(), output, error);
    }
  }
  return std::nullopt;
}

void PlanAttempt::know(std::size_t node, const Value* outputs, std::optional<Value> output,
                       std::exception_ptr error) {
  if (plan_.node(node).is_check) return;
  Value input;
  try {
    input = plan_.input_of(node, input_, outputs);
  } catch (...) {
    return;  // Not a failure of the operator: it was not called.
  }
  // Errors belong to the first of equal calls alone: the path of an error tells one call.
  if (output) know_merged(static_cast<std::uint32_t>(node), input, *output);
  known_.push_back(
      {plan_.position(node),
       {original(plan_.reference(node)), std::move(input), std::move(output), std::move(error)}});
}

/// Plain execution makes the calls, too, that `node` stands for.
void PlanAttempt::know_merged(std::uint32_t node, const Value& input, const Value& output) {
  const auto is_before = [](const MergedCall& call, std::uint32_t number) { return call.node < number; };
  const auto& merged = recorded_.merged;
  for (auto call = std::lower_bound(merged.begin(), merged.end(), node, is_before);
       call != merged.end() && call->node == node; ++call) {
    known_.push_back({call->position, {call->op, input, output, nullptr}});
  }
}

std::vector<KnownOutcome> PlanAttempt::take_known() {
  std::sort(known_.begin(), known_.end(),
            [](const Known& left, const Known& right) { return left.position < right.position; });
  std::vector<KnownOutcome> known;
  known.reserve(known_.size());
  for (Known& one : known_) {
    // `forward` may go another way behind a look.
    if (!failed_check_ || one.position < *failed_check_) known.push_back(std::move(one.outcome));
  }
  return known;
}

/// The first failure of the plan.
void PlanAttempt::know_failure(std::size_t node, const Value* outputs, const std::exception_ptr& error) {
  if (!plan_.node(node).is_check) return know(node, outputs, std::nullopt, error);
  failed_check_ = plan_.position(node);
  outputs_.assign(*failed_check_, std::nullopt);
  const auto give = [&](std::size_t position, std::size_t number) {
    if (position < *failed_check_) outputs_[position] = outputs[number];
  };
  for (std::size_t before = 0; before < node; ++before) give(plan_.position(before), before);
  for (const MergedCall& call : recorded_.merged) give(call.position, call.node);
}

std::optional<Value> PlanAttempt::checked_answer(const Value* outputs) {
  try {
    const BindingStore& bindings = plan_.bindings();
    for (const BindingStore::Place check : recorded_.checks) (void)bindings.evaluate(check, input_, outputs);
    return bindings.evaluate(recorded_.answer, input_, outputs);
  } catch (...) {
    for (std::size_t node = 0; node < plan_.size(); ++node) know(node, outputs, outputs[node], nullptr);
    return std::nullopt;
  }
}

EffectiveOptions failing_fast(const EffectiveOptions& settings, Overlap overlap) {
  const ExecutionOptions& options = *settings.options;
  const bool is_free = !options.scheduler || options.scheduler->kind() == SchedulerKind::automatic;
  const bool has_order = overlap == Overlap::automatic || (overlap == Overlap::required && !is_free);
  if (has_order && *options.fail_fast) return {settings.options, false};
  auto own = std::make_shared<ExecutionOptions>(options);
  own->fail_fast = true;
  if (overlap == Overlap::none) own->scheduler = Scheduler("sequential");
  if (overlap == Overlap::required && is_free) {
    own->scheduler = Scheduler(SchedulerKind::parallel,
                               options.scheduler ? options.scheduler->max_workers() : std::nullopt);
  }
  return {std::move(own), false};
}

std::shared_ptr<const ExecutionOptions> options_of_calls(const EffectiveOptions& settings, Overlap overlap) {
  return failing_fast(settings, overlap == Overlap::none ? overlap : Overlap::automatic).options;
}

Value run_compiled(const PlanRequest& request, const OperatorBase& target,
                   const std::shared_ptr<CompositeTable>& table, const Value& arguments) {
  PlanAttempt attempt(request, arguments);
  if (std::optional<Value> answer = attempt.run()) return std::move(*answer);
  // `forward` meets the failure where plain execution has it.
  return run_dataflow({&target, arguments, table, options_of_calls(request.settings, request.overlap),
                       attempt.take_known(), request.overlap});
}

}  // namespace ember::xcs
