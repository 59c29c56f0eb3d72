// What a jitted operator says about its plan and about the choice of it, and jitted leaves in batches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ember/cost_analysis.hpp>
#include <ember/jit.hpp>
#include <ember/vmap.hpp>

#include "jit_parts.hpp"

namespace ember {
namespace {

using test::appending;
using test::make_tally;
using ::testing::HasSubstr;

TEST(JitReport, ATraceHasACost) {
  const Op<> a = appending("a");
  const auto fast = test::traced(op("chain", [a](Var<> in) { return a(a(in)); }));
  (void)fast({{"text", ""}});
  EXPECT_EQ(xcs::cost_analysis(fast).calls, 2U);
  EXPECT_EQ(call_bound_of(*fast.reference().target).unknown.size(), 2U);
}

TEST(JitReport, ATraceThatLooksAtDataBoundsNothing) {
  const Op<> a = appending("a");
  const auto plain =
      op("looks", [a](Var<> in) { return a(in)["text"].get().string().size() > 3 ? a(a(in)) : in; });
  const auto fast = test::traced(plain);
  (void)fast({{"text", ""}});
  EXPECT_EQ(xcs::cost_analysis(fast).calls, 1U);
  EXPECT_EQ(call_bound_of(*fast.reference().target).unknown,
            call_bound_of(*plain.reference().target).unknown);
}

std::string selected(const Op<>& op) {
  return xcs::explain_jit_selection(op)["selected"].string();
}

TEST(JitReport, ALoopOverTheInputIsStructural) {
  const Op<> each = op("each", test::same);
  const auto loop = op("loop", [each](Var<> in) {
    std::vector<Var<>> answers;
    for (std::size_t i = 0; i < in["docs"].size(); ++i) answers.push_back(each(in["docs"][i]));
    return in.has("title") ? list_of(answers) : in;
  });
  EXPECT_EQ(selected(loop), "structural");
  const Value features = xcs::explain_jit_selection(loop)["structural"]["features"];
  EXPECT_EQ(features["structure_questions"], Value(2));
  EXPECT_EQ(features["data_reads"], Value(0));
}

TEST(JitReport, ALoopThatReadsIsEnhanced) {
  const Op<> each = op("each", test::same);
  EXPECT_EQ(selected(op("loop",
                        [each](Var<> in) {
                          for (std::size_t i = 0; i < in.size(); ++i) (void)each(in[i]).get();
                          return in;
                        })),
            "enhanced");
}

TEST(JitReport, ASearchWithoutAnEndEnds) {
  EXPECT_EQ(selected(op("last",
                        [](Var<> in) {
                          while (in.has("next")) in = in["next"];
                          return in;
                        })),
            "enhanced");
}

TEST(JitReport, ALeafHasNothingToSelect) {
  const Value selection = xcs::explain_jit_selection(appending("x"));
  EXPECT_EQ(selection["selected"].string(), "trace");
  EXPECT_THAT(selection["trace"]["rationale"].string(), HasSubstr("one direct call"));
  EXPECT_GT(selection["trace"]["score"].number(), selection["structural"]["score"].number());
}

// Batches
// ------------------------------------------------------------------------------------------------

struct BatchCounts {
  std::atomic<int> batches = 0;
  std::atomic<int> calls = 0;
};

class Batching final : public Operator<> {
 public:
  explicit Batching(std::shared_ptr<BatchCounts> counts) : counts_(std::move(counts)) {}
  Value forward(const Value& in) const override {
    ++counts_->calls;
    return in;
  }
  std::vector<Value> forward_batch(const std::vector<Value>& inputs) const override {
    ++counts_->batches;
    return inputs;
  }

 private:
  std::shared_ptr<BatchCounts> counts_;
};

TEST(JitBatch, AJittedLeafTakesSeveralCallsAtOnce) {
  const auto counts = std::make_shared<BatchCounts>();
  const auto fast = xcs::jit(Op<>(Batching(counts)));
  const auto many = xcs::vmap(fast);
  EXPECT_EQ(many(list({1, 2, 3, 4})), list({1, 2, 3, 4}));
  EXPECT_EQ(counts->batches, 1);
  EXPECT_EQ(counts->calls, 0);
  const xcs::JitStats stats = xcs::get_jit_stats(fast);
  EXPECT_EQ(stats.execution_count, 4U);
  EXPECT_EQ(stats.cache_misses, 1U);
  EXPECT_EQ(stats.cache_hits, 3U);
}

class Doubling final : public Operator<double(double)> {
 public:
  explicit Doubling(std::shared_ptr<BatchCounts> counts) : counts_(std::move(counts)) {}
  double forward(const double& number) const override {
    ++counts_->calls;
    return 2 * number;
  }
  void forward_array(std::span<const double> inputs, std::span<double> outputs) const override {
    ++counts_->batches;
    for (std::size_t i = 0; i < inputs.size(); ++i) outputs[i] = 2 * inputs[i];
  }

 private:
  std::shared_ptr<BatchCounts> counts_;
};

TEST(JitBatch, AJittedLeafTakesNumbersInPlace) {
  const auto counts = std::make_shared<BatchCounts>();
  const auto fast = xcs::jit(Op<double(double)>(Doubling(counts)));
  EXPECT_EQ(xcs::vmap(fast)({1.0, 2.0, 3.0}), (std::vector<double>{2, 4, 6}));
  EXPECT_GE(counts->batches, 1);
  EXPECT_EQ(counts->calls, 0);
  EXPECT_EQ(xcs::get_jit_stats(fast).execution_count, 3U);
}

}  // namespace
}  // namespace ember
