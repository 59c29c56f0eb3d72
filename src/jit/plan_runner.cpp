#include "jit/plan_runner.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "exec/run.hpp"
#include "jit/dataflow_unit.hpp"
#include "jit/kept_answer.hpp"
#include "op/call_policy.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {
namespace {

/// Below this, waking a thread costs more than it saves.
constexpr std::uint32_t cheap_nanoseconds = 50'000;
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
    if (plan.cost(node) == 0 || plan.node(node).target->is_async()) return false;
    total += plan.cost(node);
  }
  return total < cheap_nanoseconds;
}

class PlanExecution {
 public:
  PlanExecution(const PlanRequest& request, const Value& arguments)
      : request_(request),
        recorded_(request.compiled->recorded),
        plan_(*recorded_.plan),
        arguments_(arguments) {}

  Value run() {
    try {
      if (plan_.size() == 0) return checked_answer(nullptr);
      return can_run_inline() ? run_inline() : run_with_engine();
    } catch (const Failed&) {
      return run_again();
    }
  }

 private:
  /// Something failed; `known_` has what was found out so far.
  struct Failed {};
  /// An outcome, and its place in program order.
  struct Known {
    std::uint32_t position;
    KnownOutcome outcome;
  };

  [[nodiscard]] bool can_run_inline() const {
    const ExecutionOptions& options = *request_.settings.options;
    const bool is_one_by_one = request_.is_sequential || plan_.width() <= 1;
    if (!is_one_by_one && !request_.compiled->is_cheap.load(std::memory_order_relaxed)) return false;
    if (options.timeout_seconds || *options.collect_metrics || CallPolicy::current() != nullptr) return false;
    const Ambient& ambient = Ambient::current();
    return !ambient.get<void>(AmbientSlot::interpreter) && !ambient.get<void>(AmbientSlot::limiter) &&
           !Executor::current()->is_simulated();
  }

  /// One node after the other on this thread: nothing else is worth its price.
  Value run_inline() {
    std::array<Value, few_nodes> few;
    std::vector<Value> many(plan_.size() > few_nodes ? plan_.size() : 0);
    Value* const outputs = many.empty() ? few.data() : many.data();
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t node = 0; node < plan_.size(); ++node) {
      try {
        const Value input = plan_.input_of(node, arguments_, outputs);
        outputs[node] = run_call(*plan_.node(node).target, input);
      } catch (...) {
        for (std::size_t before = 0; before < node; ++before) know(before, outputs, outputs[before], nullptr);
        know(node, outputs, std::nullopt, std::current_exception());
        throw Failed();
      }
    }
    const auto took = std::chrono::steady_clock::now() - begin;
    if (took > std::chrono::nanoseconds(2 * cheap_nanoseconds)) request_.compiled->is_cheap = false;
    return checked_answer(outputs);
  }

  Value run_with_engine() {
    const Ref<Run> run = Run::create({recorded_.plan, arguments_, engine_settings(), {}, {}});
    run->run_to_end();
    if (run->first_raw_error()) {
      const auto outcomes = run->node_outcomes();
      std::vector<Value> outputs(outcomes.size());
      for (std::size_t node = 0; node < outcomes.size(); ++node) {
        if (outcomes[node].output) outputs[node] = *outcomes[node].output;
      }
      for (std::size_t node = 0; node < outcomes.size(); ++node) {
        if (outcomes[node].output || outcomes[node].error) {
          know(node, outputs.data(), outcomes[node].output, outcomes[node].error);
        }
      }
      throw Failed();
    }
    const Results results = run->results();
    if (!request_.is_sequential && is_cheap_plan(plan_)) request_.compiled->is_cheap = true;
    return checked_answer(results.values().data());
  }

  /// The options for the plan alone; operators see those of the caller.
  [[nodiscard]] EffectiveOptions engine_settings() const {
    const ExecutionOptions& options = *request_.settings.options;
    if (!request_.is_sequential && *options.fail_fast) return {request_.settings.options, false};
    auto own = std::make_shared<ExecutionOptions>(options);
    own->fail_fast = true;
    if (request_.is_sequential) own->scheduler = Scheduler("sequential");
    return {std::move(own), false};
  }

  void know(std::size_t node, const Value* outputs, std::optional<Value> output, std::exception_ptr error) {
    Value input;
    try {
      input = plan_.input_of(node, arguments_, outputs);
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
  void know_merged(std::uint32_t node, const Value& input, const Value& output) {
    const auto is_before = [](const MergedCall& call, std::uint32_t number) { return call.node < number; };
    const auto& merged = recorded_.merged;
    for (auto call = std::lower_bound(merged.begin(), merged.end(), node, is_before);
         call != merged.end() && call->node == node; ++call) {
      known_.push_back({call->position, {call->op, input, output, nullptr}});
    }
  }

  Value checked_answer(const Value* outputs) {
    try {
      const BindingStore& bindings = plan_.bindings();
      for (const BindingStore::Place check : recorded_.checks)
        (void)bindings.evaluate(check, arguments_, outputs);
      return bindings.evaluate(recorded_.answer, arguments_, outputs);
    } catch (...) {
      for (std::size_t node = 0; node < plan_.size(); ++node) know(node, outputs, outputs[node], nullptr);
      throw Failed();
    }
  }

  /// Lets `forward` meet the failure where plain execution has it.
  Value run_again() {
    std::sort(known_.begin(), known_.end(),
              [](const Known& left, const Known& right) { return left.position < right.position; });
    std::vector<KnownOutcome> known;
    known.reserve(known_.size());
    for (Known& one : known_) known.push_back(std::move(one.outcome));
    return run_dataflow({request_.target, arguments_, request_.table, engine_settings().options,
                         std::move(known), request_.is_sequential});
  }

  const PlanRequest& request_;
  const RecordedPlan& recorded_;
  const Plan& plan_;
  const Value& arguments_;
  std::vector<Known> known_;
};

}  // namespace

Value run_compiled(const PlanRequest& request, const Value& arguments) {
  return PlanExecution(request, arguments).run();
}

}  // namespace ember::xcs
