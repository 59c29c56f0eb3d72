#include "observe/critical_path.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include <ember/trace_file.hpp>

#include "observe/traces.hpp"

namespace ember {
namespace {

using testing::call;

SpanList spans_of(std::vector<xcs::TraceRecord> records) {
  xcs::Trace trace;
  trace.records = std::move(records);
  return read_spans(to_chrome_trace(trace), "t.json");
}

/// `name:start-end`, in microseconds.
std::string text_of(const SpanList& list) {
  std::string text;
  for (const CriticalStep& step : critical_path(list)) {
    if (!text.empty()) text += ' ';
    text += (step.span ? list.spans[*step.span].name : "-") + ":" +
            std::to_string(step.start.count() / 1000) + "-" + std::to_string(step.end.count() / 1000);
  }
  return text;
}

TEST(CriticalPath, goes_from_the_end_to_what_was_waited_for) {
  EXPECT_EQ(text_of(spans_of({call("root", 0, {}, 0, 100), call("short", 1, 0, 5, 30),
                              call("long", 2, 0, 5, 60), call("last", 3, 0, 62, 95)})),
            "root:0-5 long:5-60 root:60-62 last:62-95 root:95-100");
}

TEST(CriticalPath, enters_the_calls_inside_calls) {
  EXPECT_EQ(text_of(spans_of({call("a", 0, {}, 0, 50), call("b", 1, 0, 10, 40), call("c", 2, 1, 20, 30)})),
            "a:0-10 b:10-20 c:20-30 b:30-40 a:40-50");
}

TEST(CriticalPath, goes_over_roots_and_the_time_between_them) {
  EXPECT_EQ(text_of(spans_of(
                {call("row 1", 0, {}, 0, 10), call("row 2", 1, {}, 0, 18), call("row 3", 2, {}, 20, 30)})),
            "row 2:0-18 -:18-20 row 3:20-30");
}

TEST(CriticalPath, leaves_out_calls_that_outlive_their_caller_and_calls_without_duration) {
  EXPECT_EQ(text_of(spans_of({call("a", 0, {}, 0, 20), call("late", 1, 0, 10, 30), call("none", 2, 0, 5, 5),
                              call("b", 3, 0, 5, 15)})),
            "a:0-5 b:5-15 a:15-20 -:20-30");
}

TEST(CriticalPath, of_nothing_is_nothing) {
  EXPECT_EQ(text_of(spans_of({})), "");
  EXPECT_EQ(text_of(spans_of({call("none", 0, {}, 5, 5)})), "");
}

TEST(CriticalPath, is_without_gaps_and_covers_everything) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    std::vector<xcs::TraceRecord> records = {call("root", 0, {}, 0, 1000)};
    for (std::uint64_t id = 1; id < 60; ++id) {
      const auto& parent = records[random() % records.size()];
      const auto first =
          std::chrono::duration_cast<std::chrono::microseconds>(parent.start_time.time_since_epoch()).count();
      const auto last =
          std::chrono::duration_cast<std::chrono::microseconds>(parent.end_time.time_since_epoch()).count();
      const int start =
          static_cast<int>(first) + static_cast<int>(random() % static_cast<unsigned>(last - first + 1));
      const int end = start + static_cast<int>(random() % static_cast<unsigned>(last - start + 1));
      records.push_back(call("call", id, parent.call_id, start, end));
    }
    const SpanList list = spans_of(records);
    Duration reached{};
    for (const CriticalStep& step : critical_path(list)) {
      ASSERT_EQ(step.start, reached) << "seed " << seed;
      ASSERT_LT(step.start, step.end) << "seed " << seed;
      ASSERT_TRUE(step.span) << "seed " << seed;
      ASSERT_LE(list.spans[*step.span].start, step.start) << "seed " << seed;
      ASSERT_GE(list.spans[*step.span].end, step.end) << "seed " << seed;
      reached = step.end;
    }
    ASSERT_EQ(reached, list.wall) << "seed " << seed;
  }
}

TEST(CriticalPath, survives_ten_thousand_levels) {
  std::vector<xcs::TraceRecord> records;
  for (int i = 0; i < 10'000; ++i) {
    records.push_back(call("level", static_cast<std::uint64_t>(i), {}, i, 30'000 - i));
    if (i > 0) records.back().parent_id = static_cast<std::uint64_t>(i - 1);
  }
  EXPECT_EQ(critical_path(spans_of(records)).size(), 19'999U);
}

TEST(PathShares, add_up_to_the_whole) {
  const SpanList list =
      spans_of({call("a", 0, {}, 0, 50), call("b", 1, 0, 10, 40), call("b", 2, {}, 60, 100)});
  const auto shares = path_shares(list, critical_path(list));
  ASSERT_EQ(shares.size(), 3U);
  EXPECT_EQ(shares[0].name, "b");
  EXPECT_EQ(shares[0].calls, 2U);
  EXPECT_DOUBLE_EQ(shares[0].share, 0.7);
  EXPECT_EQ(shares[1].name, "a");
  EXPECT_DOUBLE_EQ(shares[1].share, 0.2);
  EXPECT_EQ(shares[2].name, "");
  EXPECT_DOUBLE_EQ(shares[2].share, 0.1);
}

}  // namespace
}  // namespace ember
