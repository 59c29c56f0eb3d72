// What does it cost to observe calls? Nanoseconds of one call of a trivial operator, with what execution
// options ask for around it, beside the same call without the branch that asks.
//   observation_bench [--rounds N] [--only WORD]
// Lines are `NAME: NANOSECONDS ...`, for compare.sh.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <ember/execute.hpp>
#include <ember/tracer.hpp>

#include "bench_arguments.hpp"
#include "interleaved.hpp"
#include "op/interpreter.hpp"

namespace {

using namespace ember;
using bench::Contender;

constexpr int calls_in_a_run = 1000;

class CountingSink final : public xcs::TraceSink {
 public:
  void record(const std::shared_ptr<const xcs::TraceRecord>&) noexcept override { ++count_; }

 private:
  std::size_t count_ = 0;
};

/// What `call_op` does, as if options could not ask for anything.
[[gnu::noinline]] Value call_without_policy(const OpReference& op, const Value& arguments) {
  if (Interpreter* interpreter = Interpreter::current()) return interpreter->call(op, arguments);
  try {
    return run_call(*op.target, arguments);
  } catch (...) {
    std::rethrow_exception(wrap_operator_error(op.name(), std::current_exception()));
  }
}

void call_many(const OpReference& target, const Value& input) {
  for (int i = 0; i < calls_in_a_run; ++i) (void)call_op(target, input).is_null();
}

std::vector<Contender> contenders(const OpReference& target, const Value& input) {
  const auto within = [target, input](const xcs::ExecutionOptions& options) {
    return [target, input, options] {
      const auto scope = xcs::execution_options(options);
      call_many(target, input);
    };
  };
  return {
      {"compiled out",
       [target, input] {
         for (int i = 0; i < calls_in_a_run; ++i) (void)call_without_policy(target, input).is_null();
       }},
      {"off", [target, input] { call_many(target, input); }},
      {"scope without observation", within({.max_workers = 4})},
      {"tracer with a sink",
       [target, input] {
         const xcs::TracerContext tracer(std::make_shared<CountingSink>());
         call_many(target, input);
       }},
      {"tracer that keeps records",
       [target, input] {
         const xcs::TracerContext tracer;
         call_many(target, input);
       }},
      {"trace_execution", within({.trace_execution = true})},
      {"enable_caching", within({.enable_caching = true})},
      {"collect_metrics", within({.collect_metrics = true})},
  };
}

}  // namespace

int main(int count, char** arguments) {
  const bench::BenchArguments settings(count, arguments);
  const auto trivial = op("trivial", [](const Value& input) -> Value { return input; });
  std::vector<Contender> chosen;
  for (Contender& contender : contenders(trivial.reference(), {{"text", "a"}})) {
    if (settings.wants(contender.name)) chosen.push_back(std::move(contender));
  }
  const auto timings = bench::time_interleaved(chosen, settings.rounds, std::chrono::milliseconds(3));
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    std::printf("%s: %.1f ns CPU, %.1f ns wall a call\n", chosen[i].name.c_str(),
                timings[i].cpu / calls_in_a_run, timings[i].wall / calls_in_a_run);
  }
  return 0;
}
