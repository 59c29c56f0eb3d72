// Replay keeps one rule: no call is started that `forward` would not have made by then. So whatever follows a
// look waits for its guard; a guard that fails is passed by another trace that went on from there, or else by
// `forward` itself. Calls that have ended give their outcome again, and are not made twice.
#include "jit/trace_runner.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "jit/plan_runner.hpp"

namespace ember::xcs {
namespace {

class TraceExecution {
 public:
  TraceExecution(const TraceRequest& request, const Value& arguments)
      : request_(request), traces_(*request.traces), arguments_(arguments) {}

  Value run() {
    TraceSet::Trace trace = traces_.find(arguments_);
    if (!trace) return observe(traces_.difference_of(arguments_));
    const TraceSegment* segment = &trace->whole();
    for (;;) {
      const PlanRequest plan{&segment->recorded, &segment->is_cheap, request_.settings, request_.overlap};
      const Value input = segment->first == 0 ? arguments_ : input_of_rest();
      PlanAttempt attempt(plan, input);
      if (std::optional<Value> answer = attempt.run()) {
        traces_.note_replay(*trace);
        return std::move(*answer);
      }
      take_over(attempt);
      if (!attempt.failed_check()) return run_forward(nullptr);
      const std::size_t step = segment->first + *attempt.failed_check();
      trace->note_failure(step);
      const TraceSet::Trace other =
          has_all_outputs() ? traces_.find_other(*trace, step, arguments_, outputs_) : nullptr;
      if (!other) return observe(failures_of(*trace, step));
      trace = other;
      segment = &trace->rest(step + 1);
    }
  }

 private:
  /// What an attempt that has failed found out.
  void take_over(PlanAttempt& attempt) {
    std::vector<KnownOutcome> known = attempt.take_known();
    std::move(known.begin(), known.end(), std::back_inserter(known_));
    if (!attempt.failed_check()) return;
    outputs_.insert(outputs_.end(), attempt.outputs().begin(), attempt.outputs().end());
    // The guard gives nothing, but has a number.
    outputs_.emplace_back(Value());
  }

  /// A call that a pass took out of one trace may be needed in another one.
  [[nodiscard]] bool has_all_outputs() const {
    return std::all_of(outputs_.begin(), outputs_.end(),
                       [](const auto& output) { return output.has_value(); });
  }

  [[nodiscard]] Value input_of_rest() const {
    std::vector<Value> items = {arguments_};
    for (const std::optional<Value>& output : outputs_) items.push_back(*output);
    return Value::list(std::move(items));
  }

  static std::string failures_of(const KeptTrace& trace, std::size_t step) {
    const std::uint64_t failed = trace.failed(step);
    return "the guard on " + trace.guard(step).read.what + " failed " + std::to_string(failed) +
           " times of " + std::to_string(failed + trace.held(step));
  }

  /// Runs `forward`, and keeps the way that it goes.
  Value observe(const std::string& why) {
    const auto log = std::make_shared<TraceLog>();
    try {
      Value answer = run_forward(log);
      traces_.note_observed(log->is_whole() ? why : "its runs can not be kept: " + log->reason());
      if (log->is_whole() && !traces_.is_given_up()) keep(*log);
      return answer;
    } catch (...) {
      traces_.note_observed("its runs end in failures");
      throw;
    }
  }

  void keep(const TraceLog& log) {
    const auto begin = std::chrono::steady_clock::now();
    const bool is_first = traces_.traces().empty();
    const bool is_new = traces_.keep(std::make_shared<const KeptTrace>(log, request_.table, request_.passes));
    const auto took = static_cast<std::uint64_t>((std::chrono::steady_clock::now() - begin).count());
    // The first one belongs to the compilation that the call began with.
    request_.metrics->count_trace(took, is_new && !is_first);
  }

  Value run_forward(std::shared_ptr<TraceLog> log) {
    return run_dataflow({request_.target, arguments_, request_.table,
                         options_of_calls(request_.settings, request_.overlap), std::move(known_),
                         request_.overlap, std::move(log)});
  }

  const TraceRequest& request_;
  TraceSet& traces_;
  const Value& arguments_;
  /// Of the steps that were replayed.
  std::vector<std::optional<Value>> outputs_;
  std::vector<KnownOutcome> known_;
};

}  // namespace

Value run_traced(const TraceRequest& request, const Value& arguments) {
  return TraceExecution(request, arguments).run();
}

}  // namespace ember::xcs
