// What jitted operators say about themselves.
#include <algorithm>
#include <string>

#include <ember/error.hpp>

#include "exec/plan_text.hpp"
#include "graph/plan_graph.hpp"
#include "jit/jit_operator.hpp"
#include "jit/plan_recorder.hpp"
#include "jit/program_text.hpp"

namespace ember::xcs {
namespace {

std::string_view name_of(CompiledPlan::Way way) {
  switch (way) {
    case CompiledPlan::Way::direct:
      return "direct";
    case CompiledPlan::Way::structural:
      return "structural";
    case CompiledPlan::Way::enhanced:
      return "enhanced";
    case CompiledPlan::Way::trace:
      return "trace";
  }
  return {};
}

/// What decides the order when the plan runs, and what `auto` takes for it.
std::string run_text(const Plan& plan) {
  const AutomaticChoice choice = automatic_choice(plan);
  return "  when it runs\n" + schedule_text(plan, "    ") + "    auto takes " + choice.scheduler +
         ", because " + choice.reason + "\n";
}

std::string facts_text(const RecordedPlan& recorded) {
  std::string text;
  for (const StructureFact& fact : recorded.facts) {
    text += "    `" + place_of(fact) + "`";
    if (fact.question == StructureFact::Question::size) {
      text += ": " + counted(fact.answer, "item") + "\n";
    } else {
      text += (fact.answer ? " has" : " lacks") + std::string(" a field `") + fact.field + "`\n";
    }
  }
  return text;
}

/// in `Router` at router.cpp:41
std::string where(const DataRead& read, const std::string& root) {
  return "in `" + root + (read.composite.empty() ? "" : "." + read.composite) + "`" +
         (read.place.empty() ? "" : " at " + read.place);
}

std::string reads_text(const std::vector<DataRead>& reads, const std::string& root) {
  std::string text;
  for (const DataRead& read : reads) text += "    " + where(read, root) + ": " + read.what + "\n";
  return text;
}

std::string times(std::uint64_t count) {
  return counted(count, "time");
}

std::string trace_text(const KeptTrace& trace, const std::string& root) {
  const Plan& plan = *trace.whole().recorded.plan;
  std::string text = "    " + counted(trace.calls(), "call") + ", up to " + std::to_string(plan.width()) +
                     " at once, replayed " + times(trace.replays()) + ", as long as\n";
  const auto add = [&](const TraceGuard& guard, const std::string& record) {
    text += "      " + where(guard.read, root) + ": " + to_string(guard) + record + "\n";
  };
  for (const auto& guard : trace.input_guards()) add(*guard, "");
  for (std::size_t step = 0; step < trace.steps().size(); ++step) {
    if (!trace.steps()[step].is_guard) continue;
    add(trace.guard(step), ", held " + times(trace.held(step)) + ", failed " + times(trace.failed(step)));
  }
  return text;
}

std::string traces_text(const TraceSet& set, const std::string& root) {
  std::string text;
  for (const TraceSet::Trace& trace : set.traces()) text += trace_text(*trace, root);
  return text.empty() ? text : "  goes as it went before:\n" + text;
}

/// What the passes did, and on request the calls that they began with.
std::string passes_text(const CompiledPlan& compiled, bool is_short) {
  const std::vector<std::string> lines = compiled.recorded.report.lines();
  if (lines.empty()) return {};
  std::string text;
  if (is_short) {
    for (const std::string& line : lines) text += (text.empty() ? "  passes: " : "; ") + line;
    return text + "\n";
  }
  text = "  before the passes:\n" + compiled.text_before_passes;
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text + "  after the passes:\n";
}

/// What recording an operator without any input tells, with a guess at the structure that it asks for.
struct Probe {
  bool is_recordable = true;
  std::size_t calls = 0;
  /// Questions about the structure of the input.
  std::size_t questions = 0;
  std::vector<DataRead> reads;
  std::string failure;
};

Probe probe(const OpReference& op) {
  Probe probe;
  if (!op.target->is_composite()) return probe;
  const auto recorder = std::make_shared<PlanRecorder>(std::make_shared<CompositeTable>(true), nullptr);
  recorder->guess_structure();
  try {
    const InterpreterScope scope(recorder);
    (void)op.target->call_symbolic(recorder->inputs(*op.target));
  } catch (...) {
    probe.is_recordable = false;
    probe.failure = message_of(std::current_exception());
  }
  recorder->finish();
  probe.reads = recorder->reads();
  probe.calls = recorder->size();
  probe.questions = recorder->questions();
  if (!probe.reads.empty()) probe.is_recordable = false;
  return probe;
}

Value entry(double score, std::string rationale, Value features) {
  return {{"score", score}, {"rationale", std::move(rationale)}, {"features", std::move(features)}};
}

}  // namespace

JitOperator::Compiled JitOperator::latest() const {
  if (!options_.force_trace) {
    if (Compiled compiled = cache_.latest()) return compiled;
  }
  {
    const std::lock_guard lock(last_mutex_);
    if (last_) return last_;
  }
  return cache_.latest();  // Made for a sample.
}

std::string JitOperator::last_miss_reason() const {
  const std::lock_guard lock(last_mutex_);
  return last_miss_reason_;
}

std::shared_ptr<const Plan> JitOperator::plan_of(const CompiledPlan* used) {
  if (used && used->way == CompiledPlan::Way::structural) return used->recorded.plan;
  if (used && used->traces) {
    const auto traces = used->traces->traces();
    if (!traces.empty()) return traces.front()->whole().recorded.plan;
  }
  return nullptr;
}

CostAnalysis JitOperator::cost_analysis() const {
  const Compiled used = latest();
  if (const auto plan = plan_of(used.get())) return xcs::cost_analysis(*plan);
  throw_no_plan(used.get());
}

XCSGraph JitOperator::plan_graph() const {
  const Compiled used = latest();
  if (const auto plan = plan_of(used.get())) return graph_of(*plan);
  throw_no_plan(used.get());
}

void JitOperator::throw_no_plan(const CompiledPlan* used) const {
  const std::string why =
      used ? "it runs in the way '" + std::string(name_of(used->way)) + "', because " + used->reason
           : "it was not called yet";
  throw InvalidArgumentError("'" + target_.name() + "' has no plan: " + why);
}

CallBound JitOperator::call_bound() const {
  const Compiled used = latest();
  // A trace that looks at data bounds only the calls that go its way.
  const auto plan = used && used->traces && !used->traces->is_certain() ? nullptr : plan_of(used.get());
  return plan ? xcs::cost_analysis(*plan).worst_case : call_bound_of(*target_.target);
}

JitStats JitOperator::stats() const {
  JitStats stats = metrics_.stats();
  stats.cache_size = cache_.capacity();
  stats.cached_plans = cache_.size();
  if (const Compiled used = latest()) stats.strategy = name_of(used->way_now());
  return stats;
}

std::string JitOperator::explain() const {
  const std::string root = target_.name();
  std::string text =
      "jit of '" + root + "', mode " + options_.mode + ", " + options_.execution_strategy + " execution\n";
  const Compiled compiled = latest();
  if (!compiled) return text + "  it was not called yet\n";
  const bool is_given_up = compiled->way_now() != compiled->way;
  text += "  chosen: " + std::string(name_of(compiled->way_now())) + ", because " +
          (is_given_up ? compiled->traces->reason() : compiled->reason) + "\n";
  if (compiled->traces) text += traces_text(*compiled->traces, root);
  if (!compiled->reads.empty()) text += "  forward looks at data:\n" + reads_text(compiled->reads, root);
  if (compiled->way == CompiledPlan::Way::structural) {
    const Plan& plan = *compiled->recorded.plan;
    text += "  plan: " + counted(plan.size(), "call") + ", " + counted(plan.depth(), "level") + ", up to " +
            std::to_string(plan.width()) + " at once\n";
    text += passes_text(*compiled, options_.trace_level == "minimal");
    if (options_.trace_level != "minimal") text += plan_text(plan) + run_text(plan);
    if (!compiled->recorded.facts.empty()) {
      text += "  holds for inputs in which\n" + facts_text(compiled->recorded);
    }
  }
  if (options_.trace_level == "verbose") text += "  input: " + structure_text(compiled->structure) + "\n";
  if (const std::string reason = last_miss_reason(); !reason.empty()) {
    text += "  last compiled because " + reason + "\n";
  }
  const JitStats numbers = stats();
  return text + "  " + counted(numbers.execution_count, "call") + ", " + counted(numbers.cache_hits, "hit") +
         ", " + std::to_string(numbers.cache_misses) + (numbers.cache_misses == 1 ? " miss" : " misses") +
         ", " + std::to_string(numbers.cached_plans) + " of " + counted(numbers.cache_size, "plan") +
         " kept\n";
}

Value explain_jit_selection(const OpReference& op) {
  if (!op.target) throw_empty_op();
  const auto* jitted = dynamic_cast<const JitOperator*>(op.target.get());
  const OpReference& target = jitted ? jitted->target() : op;
  const Probe found = probe(target);
  const bool is_composite = target.target->is_composite();
  const Value features = {{"is_composite", is_composite},
                          {"parts", static_cast<std::int64_t>(target.target->children().size())},
                          {"recorded_calls", static_cast<std::int64_t>(found.calls)},
                          {"structure_questions", static_cast<std::int64_t>(found.questions)},
                          {"data_reads", static_cast<std::int64_t>(found.reads.size())}};
  const bool is_structural = is_composite && found.is_recordable;
  std::string structural = "forward reads no data: its calls are known before it runs";
  if (found.questions > 0) structural += ", for each structure of the input that it asks about";
  if (!is_composite) structural = "an operator without parts has nothing to record";
  if (!found.reads.empty()) structural = "forward looks at " + found.reads.front().what;
  if (found.reads.empty() && !found.failure.empty())
    structural = "forward fails while it is recorded: " + found.failure;
  const Value trace =
      is_composite ? entry(0.25, "chosen only when it is asked for", features)
                   : entry(1.0, "an operator without parts: one direct call, nothing to overlap", features);
  return {{"trace", trace},
          {"structural", entry(is_structural ? 1.0 : 0.0, structural, features)},
          {"enhanced", entry(0.5, "always possible: forward runs on every call", features)},
          {"selected", !is_composite   ? "trace"
                       : is_structural ? "structural"
                                       : "enhanced"}};
}

}  // namespace ember::xcs
