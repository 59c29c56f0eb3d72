// Execution with each scheduler, and with all options at once, as the acceleration guide shows it.
//
//   inputs --+--> fetch 1 s ----> rank 1 s ----+--> answer 1 s
//            +--> ponder 2 s ------------------+
//            +--> check 1 s --> score 2 s -----+
//
#include <ember/autograph.hpp>
#include <ember/execute.hpp>
#include <ember/jit.hpp>
#include <ember/json.hpp>
#include <ember/runtime.hpp>

#include <iostream>

using namespace ember;

namespace {

Op<> step(const std::string& name, double seconds) {
  return op(name, [name, seconds](const Value& inputs) -> Value {
    (void)Context::current().sleep_for(from_seconds(seconds));
    return {{"text", name + "(" + inputs.get("text", "").string() + ")"}};
  });
}

class ComplexOperator final : public Composite<> {
 public:
  Var<> forward(Var<> inputs) const override {
    const auto ranked = rank_(fetch_(inputs));
    const auto pondered = ponder_(inputs);
    const auto scored = score_(check_(inputs));
    return answer_(merge(ranked, {{"pondered", pondered}, {"scored", scored}}));
  }

 private:
  Op<> fetch_ = child("fetch", step("fetch", 1)), rank_ = child("rank", step("rank", 1));
  Op<> ponder_ = child("ponder", step("ponder", 2));
  Op<> check_ = child("check", step("check", 1)), score_ = child("score", step("score", 2));
  Op<> answer_ = child("answer", step("answer", 1));
};

/// Runs `body` in simulated time and says how long that took.
void timed(const std::string& what, const std::function<std::string()>& body) {
  const auto runtime = Runtime::simulated({.seed = 1});
  runtime.run([&] {
    const TimePoint start = runtime.now();
    const std::string answer = body();
    std::cout << what << ", " << to_seconds(runtime.now() - start) << " s: " << answer << '\n';
  });
}

}  // namespace

int main() {
  const auto my_operator = xcs::jit(ComplexOperator());
  const Value data = {{"text", "tea"}};
  const auto call = [&] { return my_operator(data)["text"].string(); };
  const auto call_with = [&](const xcs::ExecutionOptions& options) {
    const auto scope = xcs::execution_options(options);
    return call();
  };

  timed("by default", call);
  timed("sequential", [&] { return call_with({.scheduler = "sequential"}); });
  timed("no concurrency", [&] { return call_with({.use_parallel = false}); });
  timed("parallel", [&] { return call_with({.max_workers = 4, .scheduler = "parallel"}); });
  timed("everything", [&] {
    return call_with({.max_workers = 8,
                      .device_strategy = "auto",
                      .enable_caching = true,
                      .trace_execution = true,
                      .scheduler = "wave",
                      .collect_metrics = true});
  });
  std::cout << "  " << xcs::last_trace().size() << " calls traced, " << xcs::last_metrics().execution_time_ms
            << " ms measured\n";

  // A graph says the same by name, or takes the scheduler itself.
  xcs::Autograph graph;
  const auto fetched = graph.call("fetch", step("fetch", 1), data);
  const auto quick = graph.call("quick", step("quick", 2), fetched);
  const auto slow = graph.call("slow", step("slow", 3), data);
  graph.call("last", step("last", 1), quick);
  (void)slow;
  const auto execute = [&](const xcs::Scheduler& scheduler) {
    return to_json(xcs::execute(graph, {.scheduler = scheduler})["last"]);
  };
  for (const char* name : {"sequential", "parallel", "wave", "auto", "noop", "topological"})
    timed(name, [&] { return execute(name); });
  timed("the serial class", [&] { return execute(xcs::TopologicalScheduler()); });
  timed("the parallel class", [&] { return execute(xcs::TopologicalSchedulerWithParallelDispatch(4)); });
}

// Prints:
//   by default, 4 s: answer(rank(fetch(tea)))
//   sequential, 8 s: answer(rank(fetch(tea)))
//   no concurrency, 8 s: answer(rank(fetch(tea)))
//   parallel, 4 s: answer(rank(fetch(tea)))
//   everything, 5 s: answer(rank(fetch(tea)))
//     7 calls traced, 5000 ms measured
//   sequential, 7 s: {"text":"last(quick(fetch(tea)))"}
//   parallel, 4 s: {"text":"last(quick(fetch(tea)))"}
//   wave, 6 s: {"text":"last(quick(fetch(tea)))"}
//   auto, 4 s: {"text":"last(quick(fetch(tea)))"}
//   noop, 0 s: {"_simulated":true,"node_id":"last_3","operator":"last"}
//   topological, 7 s: {"text":"last(quick(fetch(tea)))"}
//   the serial class, 7 s: {"text":"last(quick(fetch(tea)))"}
//   the parallel class, 4 s: {"text":"last(quick(fetch(tea)))"}
