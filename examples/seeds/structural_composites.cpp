// The composites of the guides under `structural_jit`: two chains, which have nothing to overlap, and the
// fan-in whose first two parts overlap and whose third gets the answer of one beside the fields of the other.
//
//   inputs --+--> op1 --> {answer} ---------+
//            |                              +--> op3
//            +--> op2 --> {auxiliary: ...} --+
//
#include <ember/jit.hpp>
#include <ember/json.hpp>
#include <ember/runtime.hpp>

#include <iostream>

using namespace ember;

namespace {

/// A part that takes a second and says what it was given.
Op<> part(const std::string& name) {
  return op(name, [name](const Value& inputs) -> Value {
    (void)Context::current().sleep_for(from_seconds(1));
    return {{name, inputs}};
  });
}

class TwoStages final : public Composite<> {
 public:
  Var<> forward(Var<> inputs) const override { return op2_(op1_(inputs)); }

 private:
  Op<> op1_ = child("op1", part("op1"));
  Op<> op2_ = child("op2", part("op2"));
};

class ThreeStages final : public Composite<> {
 public:
  Var<> forward(Var<> inputs) const override { return op3_(op2_(op1_(inputs))); }

 private:
  Op<> op1_ = child("op1", part("op1"));
  Op<> op2_ = child("op2", part("op2"));
  Op<> op3_ = child("op3", part("op3"));
};

class FanIn final : public Composite<> {
 public:
  FanIn() : FanIn(part("op1"), part("op2"), part("op3")) {}
  FanIn(Op<> op1, Op<> op2, Op<> op3)
      : op1_(child("op1", std::move(op1))),
        op2_(child("op2", std::move(op2))),
        op3_(child("op3", std::move(op3))) {}
  Var<> forward(Var<> inputs) const override {
    const auto result1 = op1_(inputs);
    const auto result2 = op2_(inputs);
    return op3_(merge(result1, {{"auxiliary", result2}}));
  }

 private:
  Op<> op1_, op2_, op3_;
};

/// Calls `composite` in simulated time.
void show(const std::string& what, const Op<>& composite) {
  const auto runtime = Runtime::simulated({.seed = 3});
  runtime.run([&] {
    const TimePoint start = runtime.now();
    const Value answer = composite({{"query", "tea"}});
    std::cout << what << ", " << to_seconds(runtime.now() - start) << " s: " << to_json(answer) << '\n';
  });
}

}  // namespace

int main() {
  show("two stages", xcs::structural_jit(TwoStages(), {.execution_strategy = "parallel"}));
  show("three stages",
       xcs::structural_jit(ThreeStages(), {.execution_strategy = "auto", .parallel_threshold = 3}));

  const auto fan_in = xcs::structural_jit(FanIn(), {.execution_strategy = "parallel"});
  show("fan-in", fan_in);
  show("fan-in again", fan_in);
  const auto runtime = Runtime::simulated({.seed = 3});
  runtime.run([&] { fan_in({{"query", "tea"}}); });
  for (const auto& event : runtime.trace())
    std::cout << "  " << to_seconds(event.time) << " s: " << event.what << '\n';

  show("one at a time", xcs::structural_jit(FanIn(), {.execution_strategy = "sequential"}));
  show("auto, from 3 calls", xcs::structural_jit(FanIn(), {.parallel_threshold = 3}));
  show("auto, from 5 calls", FanIn() | xcs::structural_jit);

  // For comparison and for tests: everything under `structural_jit` runs plainly while the scope lives.
  {
    const auto off = xcs::disable_structural_jit();
    show("switched off", fan_in);
  }
  show("on again", fan_in);
  std::cout << xcs::get_jit_stats(fan_in).execution_count << " calls were jitted\n";

  // Both together: `jit` on basic operators, `structural_jit` on the composition of them.
  const auto basic = [](const std::string& name) { return part(name) | xcs::jit; };
  const auto both = xcs::structural_jit(FanIn(basic("op1"), basic("op2"), basic("op3")),
                                        {.execution_strategy = "parallel"});
  show("jit on the parts too", both);
}

// Prints:
//   two stages, 2 s: {"op2":{"op1":{"query":"tea"}}}
//   three stages, 3 s: {"op3":{"op2":{"op1":{"query":"tea"}}}}
//   fan-in, 2 s: {"op3":{"op1":{"query":"tea"},"auxiliary":{"op2":{"query":"tea"}}}}
//   fan-in again, 2 s: {"op3":{"op1":{"query":"tea"},"auxiliary":{"op2":{"query":"tea"}}}}
//     0 s: start op1_0
//     0 s: start op2_1
//     1 s: start op3_2
//   one at a time, 3 s: {"op3":{"op1":{"query":"tea"},"auxiliary":{"op2":{"query":"tea"}}}}
//   auto, from 3 calls, 2 s: {"op3":{"op1":{"query":"tea"},"auxiliary":{"op2":{"query":"tea"}}}}
//   auto, from 5 calls, 3 s: {"op3":{"op1":{"query":"tea"},"auxiliary":{"op2":{"query":"tea"}}}}
//   switched off, 3 s: {"op3":{"op1":{"query":"tea"},"auxiliary":{"op2":{"query":"tea"}}}}
//   on again, 2 s: {"op3":{"op1":{"query":"tea"},"auxiliary":{"op2":{"query":"tea"}}}}
//   4 calls were jitted
//   jit on the parts too, 2 s: {"op3":{"op1":{"query":"tea"},"auxiliary":{"op2":{"query":"tea"}}}}
