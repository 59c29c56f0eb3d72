// jit: ordinary composition code whose independent calls overlap, from the first call on.
//
//   question ---> ask 1 ---+
//            ---> ask 2 ---+--> judge
//            ---> ask 3 ---+
#include <iostream>

#include <ember/ember.hpp>

using namespace ember;

namespace {

// docs: begin panel
/// Asks several, then judges. `forward` looks at no data: its calls are known before it runs.
class Panel final : public Composite<> {
 public:
  explicit Panel(const std::vector<Op<>>& members) {
    for (const Op<>& member : members) members_.push_back(child("ask", member));
  }
  Var<> forward(Var<> question) const override {
    std::vector<Var<>> answers;
    for (const Op<>& ask : members_) answers.push_back(ask(question));  // Independent: they overlap.
    return judge_(list_of(answers));
  }

 private:
  std::vector<Op<>> members_;
  Op<> judge_ = child("judge", op("judge", [](const Value& answers) -> Value {
                        return {{"text", answers[0]["text"]}, {"votes", answers.size()}};
                      }));
};
// docs: end panel

// docs: begin looks
/// Looks at an answer before it decides: `get()` waits for that answer and for nothing else.
class Router final : public Composite<> {
 public:
  Router(Op<> classify, Op<> sums, Op<> talk)
      : classify_(child("classify", std::move(classify))),
        sums_(child("sums", std::move(sums))),
        talk_(child("talk", std::move(talk))) {}
  Var<> forward(Var<> question) const override {
    const bool is_sum = classify_(question)["kind"].get().string() == "sum";
    return is_sum ? sums_(question) : talk_(question);
  }

 private:
  Op<> classify_;
  Op<> sums_;
  Op<> talk_;
};
// docs: end looks

/// Seconds of virtual time that a call takes.
double seconds_of(const Op<>& op, const Value& input) {
  const auto runtime = Runtime::simulated({.seed = 7});
  double seconds = 0;
  runtime.run([&] {
    const TimePoint start = runtime.now();
    (void)op(input);
    seconds = to_seconds(runtime.now() - start);
  });
  return seconds;
}

}  // namespace

int main() {
  const Value question = {{"query", "tea"}};

  // docs: begin jit
  const std::vector<Op<>> members(3, non::ask("sim:echo?latency=1"));
  const Op<> plain = Panel(members);
  const auto fast = xcs::jit(plain);  // Or plain | xcs::jit, or xcs::jit({.mode = "enhanced"})(plain).
  // docs: end jit
  std::cout << "plain: " << seconds_of(plain, question) << " s, jitted: " << seconds_of(fast, question)
            << " s\n";

  // docs: begin stats
  const xcs::JitStats stats = xcs::get_jit_stats(fast);
  std::cout << stats.strategy << ", " << stats.execution_count << " call, " << stats.cache_misses
            << " miss\n";
  // docs: end stats

  const auto route = xcs::jit(Router(op("classify",
                                        [](const Value& in) -> Value {
                                          const bool has_plus =
                                              in["query"].string().find('+') != std::string::npos;
                                          return {{"kind", has_plus ? "sum" : "talk"}};
                                        }),
                                     op("sums",
                                        [](const Value&) -> Value {
                                          return {{"text", "a sum"}};
                                        }),
                                     op("talk", [](const Value&) -> Value {
                                       return {{"text", "talk"}};
                                     })));
  for (const char* query : {"1 + 1", "hello", "2 + 2"}) {
    std::cout << query << ": " << route({{"query", query}})["text"].string() << '\n';
  }
  // docs: begin explain
  std::cout << xcs::explain(route);
  // docs: end explain

  // The same structure, other data: the plan is used again, and the answer is that of the new data.
  const auto pipeline =
      xcs::structural_jit(op("pipeline", [upper = op("upper",
                                                     [](const Value& in) -> Value {
                                                       return {{"text", in["text"].string() + "!"}};
                                                     })](Var<> in) { return upper(upper(in)); }),
                          {.execution_strategy = "parallel", .parallel_threshold = 3});
  std::cout << pipeline({{"text", "one"}})["text"].string() << ' '
            << pipeline({{"text", "two"}})["text"].string() << ' ' << xcs::get_jit_stats(pipeline).cache_hits
            << " hit\n";
  {
    const auto off = xcs::disable_structural_jit();
    std::cout << pipeline({{"text", "plainly"}})["text"].string() << '\n';
  }
}

// Prints:
//   plain: 3 s, jitted: 1 s
//   structural, 1 call, 1 miss
//   1 + 1: a sum
//   hello: talk
//   2 + 2: a sum
//   jit of 'Router', mode auto, auto execution
//     chosen: enhanced, because forward looks at the data of 'classify.kind'
//     forward looks at data:
//       in `Router` at jit.cpp:44: the data of 'classify.kind'
//     last compiled because it is the first call
//     3 calls, 2 hits, 1 miss, 1 of 128 plans kept
//   one!! two!! 1 hit
//   plainly!!
