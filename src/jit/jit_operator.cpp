#include "jit/jit_operator.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include <ember/error.hpp>
#include <ember/log.hpp>

#include "base/call_order.hpp"
#include "base/lower_case.hpp"
#include "exec/limiter.hpp"
#include "jit/part_order.hpp"
#include "jit/plan_recorder.hpp"
#include "jit/plan_runner.hpp"
#include "jit/program_text.hpp"
#include "jit/trace_runner.hpp"
#include "op/completion_relay.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {
namespace {

/// Hands an outcome on and counts the call.
class TimedCompletion final : public CompletionRelay {
 public:
  TimedCompletion(std::shared_ptr<const OperatorBase> owner, JitMetrics& metrics, CompletionCallback done)
      : CompletionRelay(std::move(owner), std::move(done)), timer_(std::in_place, metrics) {}

 private:
  void see(Value&, std::exception_ptr&) noexcept override { timer_.reset(); }

  std::optional<ExecutionTimer> timer_;
};

/// Names in the one form that they are compared in.
JITOptions normalised(JITOptions options) {
  options.mode = lower_case(options.mode);
  options.execution_strategy = lower_case(options.execution_strategy);
  options.trace_level = lower_case(options.trace_level);
  return options;
}

}  // namespace

JitOperator::JitOperator(OpReference target, JITOptions options, bool is_structural_jit)
    : target_(std::move(target)),
      options_(normalised(std::move(options))),
      mode_(jit_mode_of(options_.mode)),
      strategy_(jit_strategy_of(options_.execution_strategy)),
      is_structural_jit_(is_structural_jit || mode_ == JitMode::structural),
      inner_(options_, strategy_ == JitStrategy::sequential),
      composition_(composition_of(*target_.target, options_.recursive)),
      table_(std::make_shared<CompositeTable>(options_.recursive)),
      cache_(static_cast<std::size_t>(options_.cache_size)) {
  require_known_parts(*target_.target);
}

bool JitOperator::runs_plainly() const noexcept {
  return !is_enabled_.load(std::memory_order_relaxed) || (is_structural_jit_ && is_structural_jit_paused());
}

Value JitOperator::call(const Value& arguments) const {
  if (runs_plainly()) return target_.target->call(arguments);
  const ExecutionTimer timer(metrics_);
  const Compiled compiled = compiled_for(arguments);
  const InnerScope inside(inner_);
  return run(*compiled, arguments);
}

std::vector<Value> JitOperator::call_batch(const std::vector<Value>& inputs) const {
  if (runs_plainly()) return target_.target->forward_batch(inputs);
  const InnerScope inside(inner_);
  const Stopwatch watch;
  std::vector<Value> outputs = target_.target->forward_batch(inputs);
  // Calls of a batch that fails are made and counted one by one.
  metrics_.count_execution(watch.elapsed(), inputs.size());
  for (const Value& input : inputs) (void)compiled_for(input);
  return outputs;
}

Value JitOperator::call_columns(const Columns& columns) const {
  if (runs_plainly() || columns.size() == 0) return target_.target->call_columns(columns);
  const InnerScope inside(inner_);
  const Stopwatch watch;
  Value output = target_.target->call_columns(columns);
  metrics_.count_execution(watch.elapsed(), columns.size());
  // All items have one structure.
  (void)compiled_for(columns.item(0));
  metrics_.count_hit(columns.size() - 1);
  return output;
}

void JitOperator::note_refused_input() const noexcept {
  if (!runs_plainly()) metrics_.count_execution(0);
}

void JitOperator::compile_sample() {
  if (!options_.sample_input) return;
  try {
    // As it would come from a call.
    const Value sample = checked_input(*target_.target, *options_.sample_input);
    cache_.keep(compile(key_of(sample), sample));
  } catch (const CompilationError&) {
    throw;
  } catch (...) {  // The error of a call with this input: it belongs to that call.
    return;
  }
}

PlanKey JitOperator::key_of(const Value& arguments) const {
  PlanKey key;
  if (options_.cache_key_fn) {
    key.custom = options_.cache_key_fn(arguments);
    key.hash = std::hash<std::string>()(key.custom);
  } else {
    key.hash = structure_hash(arguments);
  }
  for (const OperatorBase* signing : composition_.signing) key.signatures.push_back(signature_of(*signing));
  return key;
}

JitOperator::Compiled JitOperator::compiled_for(const Value& arguments) const {
  PlanKey key = key_of(arguments);
  if (!options_.force_trace) {
    if (Compiled found = cache_.find(key, arguments)) {
      metrics_.count_hit();
      return found;
    }
  }
  if (options_.force_trace) {
    metrics_.count_miss();
    Compiled made = compile(std::move(key), arguments);
    note_last(made, "force_trace compiles on every call");
    return made;
  }
  std::string reason;
  bool was_compiled = false;
  const auto make = [&] {
    metrics_.count_miss();
    reason = cache_.reason_for_miss(key, arguments);
    return compile(key, arguments);
  };
  Compiled compiled = cache_.get_or_compile(key, arguments, make, was_compiled);
  if (!was_compiled) metrics_.count_hit();
  if (was_compiled) note_last(compiled, std::move(reason));
  return compiled;
}

void JitOperator::note_last(const Compiled& compiled, std::string miss_reason) const {
  const std::lock_guard lock(last_mutex_);
  last_ = compiled;
  last_miss_reason_ = std::move(miss_reason);
}

JitOperator::Compiled JitOperator::compile(PlanKey key, const Value& arguments) const {
  const auto begin = std::chrono::steady_clock::now();
  const auto compiled = std::make_shared<CompiledPlan>();
  compiled->key = std::move(key);
  compiled->structure = structure_of(arguments);
  std::uint64_t tracing_time = 0;
  if (!target_.target->is_composite()) {
    compiled->way = CompiledPlan::Way::direct;
    compiled->reason = "it has no parts that could overlap";
  } else if (mode_ == JitMode::enhanced) {
    compiled->way = CompiledPlan::Way::enhanced;
    compiled->reason = "the mode asks for it";
  } else if (mode_ == JitMode::trace) {
    compiled->way = CompiledPlan::Way::trace;
    compiled->traces = std::make_unique<TraceSet>();
    compiled->reason = "the mode asks for it";
  } else {
    record(*compiled, arguments, tracing_time);
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  metrics_.count_compilation(static_cast<std::uint64_t>(took.count()), tracing_time);
  return compiled;
}

void JitOperator::record(CompiledPlan& compiled, const Value& arguments, std::uint64_t& tracing_time) const {
  const auto begin = std::chrono::steady_clock::now();
  const auto recorder = std::make_shared<PlanRecorder>(table_, &arguments);
  std::optional<CompositeProgram> program;
  compiled.way = CompiledPlan::Way::structural;
  try {
    const InterpreterScope scope(recorder);
    const VarData answer = target_.target->call_symbolic(recorder->inputs(*target_.target));
    if (recorder->reads().empty()) program = recorder->take_program(answer);
    compiled.reason = "forward reads no data";
  } catch (...) {
    recorder->finish();
    if (recorder->is_untouched()) throw;  // So does plain execution, before any call.
    compiled.way = CompiledPlan::Way::enhanced;
    compiled.reason = "forward fails while it is recorded: " + message_of(std::current_exception());
  }
  recorder->finish();
  tracing_time = static_cast<std::uint64_t>((std::chrono::steady_clock::now() - begin).count());
  if (!recorder->reads().empty()) {
    compiled.way = CompiledPlan::Way::enhanced;
    compiled.reads = recorder->reads();
    compiled.reason = "forward looks at " + compiled.reads.front().what;
  }
  if (program) compile_steps(compiled, *std::move(program));
  if (compiled.way == CompiledPlan::Way::enhanced) fall_back(compiled);
}

void JitOperator::compile_steps(CompiledPlan& compiled, CompositeProgram program) const {
  std::string text = options_.trace_level == "minimal" ? std::string() : program_text(program);
  compiled.recorded = compile_program(std::move(program), *table_, options_.passes);
  if (!compiled.recorded.report.lines().empty()) compiled.text_before_passes = std::move(text);
}

void JitOperator::fall_back(CompiledPlan& compiled) const {
  // Also where `forward` fails: that is for the call to tell.
  if (mode_ != JitMode::structural) return;
  const std::string message = "jit of '" + target_.name() + "' can not be structural: " + compiled.reason;
  if (!options_.fallback) throw CompilationError(message);
  if (!was_warned_.exchange(true)) log(LogLevel::warning, message + "; it runs in the enhanced way");
}

bool JitOperator::is_too_small(const CompiledPlan& compiled) const {
  const auto threshold = static_cast<std::size_t>(options_.parallel_threshold);
  if (compiled.way != CompiledPlan::Way::structural) {
    return composition_.leaves && *composition_.leaves < threshold;
  }
  const Plan& plan = *compiled.recorded.plan;
  return plan.size() < threshold || plan.width() < 2;
}

Overlap JitOperator::overlap_of(const CompiledPlan& compiled, const ExecutionOptions& options) const {
  if (!options.is_parallel() || strategy_ == JitStrategy::sequential) return Overlap::none;
  const SchedulerKind kind = options.scheduler ? options.scheduler->kind() : SchedulerKind::automatic;
  const bool is_asked_for = kind == SchedulerKind::parallel || kind == SchedulerKind::wave;
  if (strategy_ == JitStrategy::parallel) return Overlap::required;
  if (is_too_small(compiled)) return Overlap::none;
  return is_asked_for ? Overlap::required : Overlap::automatic;
}

Value JitOperator::run(const CompiledPlan& compiled, const Value& arguments) const {
  if (compiled.way == CompiledPlan::Way::direct) return target_.target->call(arguments);
  const UnorderedScope unordered;
  const EffectiveOptions settings = effective_options({});
  const Overlap overlap = overlap_of(compiled, *settings.options);
  const std::optional<int> workers = settings.options->max_workers;
  std::optional<AmbientScope> limit;
  if (workers && *workers > 1) {
    limit.emplace(with_max_workers(Ambient::current(), static_cast<std::size_t>(*workers)));
  }
  if (compiled.way == CompiledPlan::Way::structural) {
    const PlanRequest request{&compiled.recorded, &compiled.is_cheap, settings, overlap};
    return run_compiled(request, *target_.target, table_, arguments);
  }
  if (compiled.way_now() == CompiledPlan::Way::trace) {
    return run_traced(
        {target_.target.get(), compiled.traces.get(), table_, options_.passes, settings, overlap, &metrics_},
        arguments);
  }
  return run_forward(arguments, settings, overlap);
}

Value JitOperator::run_forward(const Value& arguments, const EffectiveOptions& settings,
                               Overlap overlap) const {
  if (overlap == Overlap::none) return target_.target->call(arguments);
  return run_dataflow(
      {target_.target.get(), arguments, table_, options_of_calls(settings, overlap), {}, overlap});
}

void JitAsyncOperator::forward_async(Value inputs, Context context, Completion done) const {
  if (runs_plainly()) {
    return start_leaf(*target().target, std::move(inputs), std::move(context), std::move(done));
  }
  (void)compiled_for(inputs);
  done = CompletionCallback(*new TimedCompletion(shared_from_this(), metrics(), std::move(done)), 0);
  const InnerScope inside(inner());
  start_leaf(*target().target, std::move(inputs), std::move(context), std::move(done));
}

}  // namespace ember::xcs
