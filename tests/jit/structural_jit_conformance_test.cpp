// Cases of the behavioural specification: structural_jit.
#include <gtest/gtest.h>

#include <thread>

#include <ember/error.hpp>
#include <ember/execution_options.hpp>
#include <ember/jit.hpp>
#include <ember/runtime.hpp>

#include "jit_parts.hpp"

namespace ember {
namespace {

using test::appending;
using test::make_tally;
using test::sleeping;
using test::TallyPtr;

constexpr const char* strategies[] = {"auto", "parallel", "sequential"};

Op<> adding(std::int64_t amount) {
  return op("add", [amount](const Value& in) -> Value { return in.integer() + amount; });
}

/// Entities are extracted, then classified.
class NLPPipeline final : public Composite<> {
 public:
  explicit NLPPipeline(std::string model)
      : classifier_(
            child("classifier", op("classifier", [model](const Value& in) -> Value {
                    return {{"classification", "Classified with " + model + ": " + in["extracted"].string()}};
                  }))) {}
  Var<> forward(Var<> inputs) const override { return classifier_(extractor_(inputs)); }

 private:
  Op<> extractor_ = child("extractor", op("extractor", [](const Value& in) -> Value {
                            return {{"extracted", "Extracted entities from: " + in["text"].string()}};
                          }));
  Op<> classifier_;
};

/// `width` sleepers side by side.
Op<> fan_out(int width, const TallyPtr& tally) {
  std::vector<Op<>> parts;
  for (int i = 0; i < width; ++i) parts.push_back(sleeping("sleeper", 0.05, 5, tally));
  return op("fan_out", [parts](Var<> in) {
    std::vector<Var<>> answers;
    for (const Op<>& part : parts) answers.push_back(part(in));
    return list_of(answers);
  });
}

/// The most sleepers of `op` that ran at once.
int most_at_once(const Op<>& op, const TallyPtr& tally, const xcs::ExecutionOptions& options = {}) {
  tally->most = 0;
  Runtime::simulated().run([&] {
    const auto scope = xcs::execution_options(options);
    (void)op({{"q", 1}});
  });
  return tally->most;
}

TEST(Conformance, structural_jit_002) {
  const auto pipe = xcs::structural_jit(NLPPipeline("advanced-classifier"));
  (void)pipe({{"text", "Sample document text for analysis"}});
  const std::string expected = "Classified with advanced-classifier: Extracted entities from: Other";
  EXPECT_EQ(pipe({{"text", "Other"}}), Value({{"classification", expected}}));
}

TEST(Conformance, structural_jit_006) {
  const Op<> a = appending("a");
  const Op<> b = appending("b");
  const Op<> c = appending("c");
  const auto pipe = xcs::structural_jit(op("chain", [a, b, c](Var<> in) { return c(b(a(in))); }),
                                        {.execution_strategy = "auto", .parallel_threshold = 3});
  EXPECT_EQ(pipe({{"text", ""}})["text"].string(), "abc");
}

TEST(Conformance, structural_jit_008) {
  const auto tally = make_tally();
  const auto narrow = xcs::structural_jit(fan_out(4, tally), {.parallel_threshold = 10});
  EXPECT_EQ(most_at_once(narrow, tally), 1);
  const auto wide = xcs::structural_jit(fan_out(4, tally), {.parallel_threshold = 3});
  EXPECT_EQ(most_at_once(wide, tally), 4);
}

TEST(Conformance, structural_jit_010) {
  EXPECT_THROW((void)xcs::structural_jit(NLPPipeline("m"), {.parallel_threshold = 0}), std::invalid_argument);
  EXPECT_THROW((void)xcs::structural_jit(NLPPipeline("m"), {.execution_strategy = "fast"}),
               std::invalid_argument);
}

TEST(Conformance, structural_jit_012) {
  const auto suffixed = [](const std::string& name) {
    return op(name, [name](const Value& in) -> Value { return name + "_" + in.string(); });
  };
  const Op<> start = suffixed("start");
  const Op<> end = suffixed("end");
  const Op<> left = op("left", [](const Value& in) -> Value { return "left_" + in.string() + "_left"; });
  const Op<> right = op("right", [](const Value& in) -> Value { return "right_" + in.string() + "_right"; });
  const Op<> join =
      op("join", [](const Value& in) -> Value { return in["left"].string() + "+" + in["right"].string(); });
  const Op<> diamond = op("diamond", [=](Var<> in) {
    const Var<> first = start(in);
    // The leaves see what plain strings would be.
    return end(join(object({{"left", left(first)}, {"right", right(first)}})));
  });
  for (const char* strategy : strategies) {
    const auto fast = xcs::structural_jit(diamond, {.execution_strategy = strategy});
    for (int call = 0; call < 2; ++call) {
      EXPECT_EQ(fast("input"), diamond("input")) << strategy;
      EXPECT_EQ(fast("input").string(), "end_left_start_input_left+right_start_input_right") << strategy;
    }
  }
}

TEST(Conformance, structural_jit_015) {
  const auto tally = make_tally();
  const Op<> increment = op("inc", [tally](const Value& in) -> Value {
    ++tally->calls;
    return in.integer() + 1;
  });
  const std::vector<Op<>> ops(3, increment);
  const auto loop = xcs::structural_jit(op("loop", [ops](Var<> in) {
    Var<> value = in;
    for (const Op<>& one : ops) value = one(value);
    return value;
  }));
  EXPECT_EQ(loop(0).integer(), 3);
  EXPECT_EQ(loop(100).integer(), 103);
  EXPECT_EQ(tally->calls, 6);
}

/// Its composition depends on a switch outside of it.
class Versioned final : public Composite<> {
 public:
  explicit Versioned(std::shared_ptr<int> version) : version_(std::move(version)) {}
  [[nodiscard]] std::string structure_signature() const override {
    return "structure_v" + std::to_string(*version_);
  }
  Var<> forward(Var<> inputs) const override { return *version_ == 1 ? one_(inputs) : two_(inputs); }

 private:
  std::shared_ptr<int> version_;
  Op<> one_ = child("one", adding(1));
  Op<> two_ = child("two", adding(2));
};

TEST(Conformance, structural_jit_017) {
  const auto version = std::make_shared<int>(1);
  const auto fast = xcs::structural_jit(Versioned(version));
  EXPECT_EQ(fast(10).integer(), 11);
  *version = 2;
  EXPECT_EQ(fast(10).integer(), 12);
  EXPECT_EQ(xcs::get_jit_stats(fast).compilation_count, 2U);
  EXPECT_NE(xcs::explain(fast).find("structure_v2"), std::string::npos);
}

TEST(Conformance, structural_jit_018) {
  Op<> tree = adding(1);
  for (int level = 0; level < 10; ++level) {
    tree = op("level" + std::to_string(level), [tree](Var<> in) { return tree(tree(in)); });
  }
  const auto fast = xcs::structural_jit(tree);
  EXPECT_EQ(fast(0).integer(), 1024);
  EXPECT_EQ(fast(5).integer(), 1029);
  EXPECT_EQ(tree(5).integer(), 1029);
}

TEST(Conformance, structural_jit_020) {
  const auto tally = make_tally();
  const auto fast = xcs::structural_jit(fan_out(2, tally), {.execution_strategy = "parallel"});
  EXPECT_EQ(most_at_once(fast, tally, {.scheduler = "sequential"}), 1);
  EXPECT_EQ(most_at_once(fast, tally), 2);
}

TEST(Conformance, structural_jit_021) {
  const auto tally = make_tally();
  const auto fast = xcs::structural_jit(fan_out(6, tally), {.max_workers = 8});
  EXPECT_EQ(most_at_once(fast, tally, {.max_workers = 2}), 2);
  const auto bound = xcs::structural_jit(fan_out(6, tally), {.max_workers = 3});
  EXPECT_EQ(most_at_once(bound, tally), 3);
  const auto looking = xcs::jit(fan_out(6, tally), {.mode = "enhanced", .max_workers = 3});
  EXPECT_EQ(most_at_once(looking, tally), 3);
}

TEST(Conformance, structural_jit_022) {
  const auto pipe = xcs::structural_jit(NLPPipeline("m"));
  const Value outside = pipe({{"text", "x"}});
  {
    const auto off = xcs::disable_structural_jit();
    EXPECT_EQ(pipe({{"text", "x"}}), outside);
    EXPECT_EQ(xcs::get_jit_stats(pipe).execution_count, 1U);
  }
  (void)pipe({{"text", "x"}});
  EXPECT_EQ(xcs::get_jit_stats(pipe).execution_count, 2U);
}

TEST(Conformance, structural_jit_023) {
  const auto off = xcs::structural_jit(NLPPipeline("m"));
  const auto on = xcs::structural_jit(NLPPipeline("m"));
  xcs::disable_jit(off);
  { const auto scope = xcs::disable_structural_jit(); }
  (void)off({{"text", "x"}});
  (void)on({{"text", "x"}});
  EXPECT_EQ(xcs::get_jit_stats(off).execution_count, 0U);
  EXPECT_EQ(xcs::get_jit_stats(on).execution_count, 1U);
  xcs::enable_jit(off);
  (void)off({{"text", "x"}});
  EXPECT_EQ(xcs::get_jit_stats(off).execution_count, 1U);
}

TEST(Conformance, structural_jit_024) {
  Op<> made;
  {
    const auto scope = xcs::disable_structural_jit();
    made = xcs::structural_jit(NLPPipeline("m"));
    (void)made({{"text", "x"}});
    EXPECT_EQ(xcs::get_jit_stats(made).execution_count, 0U);
  }
  (void)made({{"text", "x"}});
  EXPECT_EQ(xcs::get_jit_stats(made).execution_count, 1U);
}

TEST(Conformance, structural_jit_025) {
  const auto pipe = xcs::structural_jit(NLPPipeline("m"));
  try {
    const auto scope = xcs::disable_structural_jit();
    throw std::runtime_error("inside");
  } catch (const std::runtime_error&) {
    (void)pipe({{"text", "x"}});
  }
  EXPECT_EQ(xcs::get_jit_stats(pipe).execution_count, 1U);
}

TEST(Conformance, structural_jit_026) {
  const auto pipe = xcs::structural_jit(NLPPipeline("m"));
  const auto scope = xcs::disable_structural_jit();
  std::thread([&] { (void)pipe({{"text", "x"}}); }).join();
  EXPECT_EQ(xcs::get_jit_stats(pipe).execution_count, 1U);
  (void)pipe({{"text", "x"}});
  EXPECT_EQ(xcs::get_jit_stats(pipe).execution_count, 1U);
}

TEST(Conformance, structural_jit_027) {
  const auto stages = xcs::jit(op("stages", [add = adding(2)](Var<> in) {
    Var<> value = in;
    for (int stage = 0; stage < 5; ++stage) value = add(value);
    return value;
  }));
  for (const char* scheduler : {"sequential", "wave", "parallel"}) {
    const auto scope = xcs::execution_options({.max_workers = 4, .scheduler = scheduler});
    EXPECT_EQ(stages(10).integer(), 20) << scheduler;
  }
}

TEST(Conformance, structural_jit_028) {
  const Op<> pass = op("pass", [](const Value& in) -> Value { return in; });
  const Op<> sum = op("sum", [](const Value& in) -> Value {
    std::int64_t total = 0;
    for (const Value& item : in.items()) total += item.integer();
    return total;
  });
  const auto system = xcs::jit(op("system", [=](Var<> in) {
    const Var<> initial = adding(3)(adding(2)(adding(1)(in)));
    std::vector<Var<>> branches;
    for (int branch = 0; branch < 6; ++branch) branches.push_back(pass(initial));
    const Var<> total = sum(list_of(branches));
    return object({{"initial_value", initial},
                   {"parallel_value", total},
                   {"final_value", adding(11)(adding(10)(total))},
                   {"branches", list_of(branches)}});
  }));
  const auto scope = xcs::execution_options({.max_workers = 4, .scheduler = "wave"});
  const Value result = system(5);
  EXPECT_EQ(result["initial_value"].integer(), 11);
  EXPECT_EQ(result["parallel_value"].integer(), 66);
  EXPECT_EQ(result["final_value"].integer(), 87);
  EXPECT_EQ(result["branches"].size(), 6U);
}

TEST(Conformance, structural_jit_029) {
  const auto tally = make_tally();
  const Op<> branches = fan_out(8, tally);
  const Op<> sum = op("sum", [](const Value& in) -> Value {
    std::int64_t total = 0;
    for (const Value& item : in.items()) total += item["v"].integer();
    return total;
  });
  const auto fast = xcs::jit(op("summed", [=](Var<> in) { return sum(branches(in)); }));
  const auto runtime = Runtime::simulated();
  runtime.run([&] {
    const auto timed = [&](const char* scheduler) {
      const auto scope = xcs::execution_options({.max_workers = 4, .scheduler = scheduler});
      const TimePoint start = runtime.now();
      EXPECT_EQ(fast({{"q", 1}}).integer(), 40) << scheduler;
      return to_seconds(runtime.now() - start);
    };
    EXPECT_DOUBLE_EQ(timed("sequential"), 0.4);
    EXPECT_DOUBLE_EQ(timed("parallel"), 0.1);
  });
}

TEST(Conformance, a_loop_over_an_empty_list_gives_an_empty_list) {
  const Op<> work = adding(1);
  const auto map = xcs::jit(op("map", [work](Var<> in) {
    std::vector<Var<>> answers;
    for (std::size_t i = 0; i < in.size(); ++i) answers.push_back(work(in[i]));
    return list_of(answers);
  }));
  EXPECT_EQ(map(list({})), list({}));
  EXPECT_EQ(map(list({1, 2})), list({2, 3}));
}

}  // namespace
}  // namespace ember
