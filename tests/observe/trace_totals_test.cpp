#include "observe/trace_totals.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <ember/trace_file.hpp>

#include "observe/traces.hpp"

namespace ember {
namespace {

using std::chrono::microseconds;
using testing::call;

SpanList spans_of(const xcs::Trace& trace) {
  return read_spans(to_chrome_trace(trace), "t.json");
}

TEST(TraceTotals, of_the_whole) {
  const TraceTotals totals = trace_totals(spans_of(testing::sample_trace()));
  EXPECT_EQ(totals.wall, microseconds(1500));
  EXPECT_EQ(totals.roots, 2U);
  EXPECT_EQ(totals.failed_roots, 1U);
  // Those of the top level alone: theirs hold what is inside.
  EXPECT_EQ(totals.usage.model_calls, 2);
  EXPECT_EQ(totals.usage.total_tokens, 30);
  EXPECT_EQ(totals.usage.cost_usd, 1.0);
}

TEST(TraceTotals, concurrency_counts_the_innermost_calls) {
  xcs::Trace trace;
  trace.records = {call("root", 0, {}, 0, 100), call("a", 1, 0, 0, 50), call("b", 2, 0, 25, 75),
                   call("c", 3, 0, 50, 100), call("none", 4, 0, 60, 60)};
  const TraceTotals totals = trace_totals(spans_of(trace));
  EXPECT_EQ(totals.peak_concurrency, 2U);
  EXPECT_DOUBLE_EQ(totals.mean_concurrency, 1.5);
}

TEST(OperatorTotals, have_quantiles_that_occurred) {
  xcs::Trace trace;
  for (int i = 1; i <= 100; ++i) {
    auto record = call("ask", static_cast<std::uint64_t>(i), {}, 0, i);
    if (i == 3) record = testing::failed(record, "no");
    record.is_cached = i > 90;
    trace.records.push_back(record);
  }
  trace.records.push_back(call("other", 200, {}, 0, 10));
  const auto operators = operator_totals(spans_of(trace));
  ASSERT_EQ(operators.size(), 2U);
  EXPECT_EQ(operators[0].name, "ask");
  EXPECT_EQ(operators[0].calls, 100U);
  EXPECT_EQ(operators[0].failures, 1U);
  EXPECT_EQ(operators[0].cached, 10U);
  EXPECT_EQ(operators[0].total, microseconds(5050));
  EXPECT_EQ(operators[0].median, microseconds(50));
  EXPECT_EQ(operators[0].p95, microseconds(95));
  EXPECT_EQ(operators[0].max, microseconds(100));
}

TEST(SummaryText, has_totals_path_and_operators) {
  const std::string text = summary_text(spans_of(testing::sample_trace()));
  EXPECT_THAT(text, ::testing::StartsWith("start:       2023-11-14T22:13:20.000000Z\n"
                                          "wall time:   1.5 ms\n"
                                          "top level:   2 (1 failed)\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("model calls: 2, 4 attempts\n"
                                         "tokens:      20 in, 10 out\n"
                                         "cost:        $1.000000\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("   58.7 %     880 us  large (1)\n"));
  EXPECT_THAT(text, ::testing::HasSubstr(
                        "       2       1     870 us     390 us     480 us     480 us        15  small\n"));
}

TEST(SummaryText, of_no_calls_has_only_totals) {
  const std::string text = summary_text(spans_of({}));
  EXPECT_THAT(text, ::testing::HasSubstr("wall time:   0\n"));
  EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("critical path")));
}

}  // namespace
}  // namespace ember
