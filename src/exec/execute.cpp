#include <ember/execute.hpp>

#include <ember/error.hpp>

#include "base/ambient.hpp"
#include "exec/run.hpp"

namespace ember::xcs {
namespace {

std::shared_ptr<const Plan> plan_of(const XCSGraph& graph, const ExecutionOptions& options) {
  return options.output_nodes.is_all() ? graph.plan() : Plan::compile(graph, options.output_nodes.names());
}

bool is_noop(const ExecutionOptions& options) {
  return options.scheduler && options.scheduler->kind() == SchedulerKind::noop;
}

/// What `noop` gives: a marker for every node that would have run.
Results simulated_results(const std::shared_ptr<const Plan>& plan) {
  std::vector<Value> markers;
  for (const std::uint32_t node : plan->outputs()) {
    markers.push_back({{"_simulated", true},
                       {"node_id", plan->id(node)},
                       {"operator", plan->reference(node).target->name()}});
  }
  return Results(plan, std::move(markers));
}

RunRequest request_for(const std::shared_ptr<const Plan>& plan, const Value& inputs,
                       const ExecutionOptions& options) {
  return {plan, inputs, effective_options(options), options.stop_token, {}};
}

Results run_plan(const std::shared_ptr<const Plan>& plan, const Value& inputs,
                 const ExecutionOptions& options) {
  RunRequest request = request_for(plan, inputs, options);
  if (is_noop(*request.settings.options)) {
    simulated_metrics(*plan, *request.settings.options);
    return simulated_results(plan);
  }
  const Ref<Run> run = Run::create(std::move(request));
  run->run_to_end();
  return run->results();
}

}  // namespace

Results execute_with_inputs(const XCSGraph& graph, const Value& inputs, const ExecutionOptions& options) {
  return run_plan(plan_of(graph, options), inputs, options);
}

Results execute(const XCSGraph& graph, const ExecutionOptions& options) {
  return execute_with_inputs(graph, Value(), options);
}

Results execute(const Autograph& graph, const ExecutionOptions& options) {
  return execute_with_inputs(graph.graph(), Value(), options);
}

ExecutionResult execute_detailed(const XCSGraph& graph, const Value& inputs,
                                 const ExecutionOptions& options) {
  const std::shared_ptr<const Plan> plan = plan_of(graph, options);
  RunRequest request = request_for(plan, inputs, options);
  if (is_noop(*request.settings.options)) {
    ExecutionResult result;
    result.outputs = simulated_results(plan);
    result.node_count = plan->outputs().size();
    result.metrics = simulated_metrics(*plan, *request.settings.options);
    return result;
  }
  const Ref<Run> run = Run::create(std::move(request));
  run->run_to_end();
  return run->detailed_result();
}

const std::map<std::string, NodeStats>& ExecutionResult::node_stats() const noexcept {
  static const std::map<std::string, NodeStats> none;
  return metrics ? metrics->node_stats : none;
}

Value ExecutionResult::get_result(const std::string& node, Value fallback) const {
  const Value* found = outputs.find(node);
  if (found) return *found;
  return fallback;
}

std::exception_ptr ExecutionResult::get_error(const std::string& node) const noexcept {
  const std::string_view preferred = outputs.preferred_name(node);
  for (const auto& [name, error] : errors) {
    if (name == preferred) return error;
  }
  return nullptr;
}

CompiledGraph::CompiledGraph(const XCSGraph& graph, const OutputNodes& output_nodes, const PlanPasses& passes)
    : plan_(Plan::compile(graph, output_nodes.names(), passes)) {}

namespace {

void refuse_output_nodes(const ExecutionOptions& options) {
  if (!options.output_nodes.is_all()) {
    throw InvalidArgumentError(
        "output_nodes were chosen when the graph was compiled: they can not be given to a run");
  }
}

}  // namespace

Results CompiledGraph::run(const Value& inputs, const ExecutionOptions& options) const {
  refuse_output_nodes(options);
  return run_plan(plan_, inputs, options);
}

void CompiledGraph::run_async(const Value& inputs, const ExecutionOptions& options,
                              std::function<void(RunOutcome)> done) const {
  refuse_output_nodes(options);
  RunRequest request = request_for(plan_, inputs, options);
  if (is_noop(*request.settings.options)) {
    return done({simulated_results(plan_), simulated_metrics(*plan_, *request.settings.options), {}});
  }
  request.on_over = [done = std::move(done)](Run& run) {
    RunOutcome outcome{Results(), run.metrics(), run.trace()};
    try {
      outcome.results = run.results();
    } catch (...) {
      outcome.results = std::current_exception();
    }
    done(std::move(outcome));
  };
  Run::create(std::move(request))->start();
}

std::size_t CompiledGraph::size() const noexcept {
  return plan_->size();
}

}  // namespace ember::xcs
