// The parts of `ember run` that compute something.
#include <gtest/gtest.h>

#include "cli/command.hpp"
#include "cli/expectation.hpp"
#include "cli/id_set.hpp"
#include "cli/ideal_time.hpp"
#include "cli/progress.hpp"
#include "cli/run_report.hpp"

namespace ember::cli {
namespace {

using std::chrono::milliseconds;

TEST(IdealTime, gives_each_row_the_slot_that_is_free_first) {
  IdealTime ideal(2);
  for (const int length : {30, 10, 10, 10, 5}) ideal.add(milliseconds(length));
  // One slot has 30 and then 5, the other 10, 10 and 10.
  EXPECT_EQ(ideal.total(), milliseconds(35));
}

TEST(IdealTime, of_nothing_is_nothing) {
  EXPECT_EQ(IdealTime(3).total(), Duration());
}

TEST(RunReport, does_not_expect_more_than_the_workers_can_do) {
  RunReport report;
  report.ideal_of_rows = milliseconds(50);
  report.step_time = milliseconds(300);
  EXPECT_EQ(report.ideal(), milliseconds(50));
  report.max_workers = 2;
  EXPECT_EQ(report.ideal(), milliseconds(150));
}

TEST(RunReport, has_every_figure) {
  RunReport report;
  report.rows = 10;
  report.rows_in_flight = 4;
  report.usage.calls = 40;
  report.usage.attempts = 42;
  report.usage.failed_calls = 1;
  report.usage.usage = {300, 100, 200, 0.25};
  report.wall = milliseconds(2200);
  report.ideal_of_rows = milliseconds(2000);
  EXPECT_EQ(report.text(),
            "calls:      40 (1 failed), 42 attempts, 2 retries\n"
            "tokens:     100 in, 200 out\n"
            "cost:       $0.250000\n"
            "wall time:  2.200 s (4.5 rows/s)\n"
            "ideal time: 2.000 s (critical paths with 4 rows in flight)\n"
            "wall/ideal: 1.100\n");
}

TEST(Progress, has_rate_remaining_time_failures_and_cost) {
  EXPECT_EQ(progress_line({200, 3, 0.0123, 10, 0.25}),
            " 25 %  200 rows  20.0/s  ETA 0:30  3 failed  $0.0123");
  EXPECT_EQ(progress_line({1, 0, 0, 2, std::nullopt}), "1 row  0.5/s  0 failed  $0.0000");
}

TEST(Progress, has_a_bar_where_there_is_room) {
  EXPECT_EQ(progress_bar({200, 3, 0.0123, 10, 0.5}, 72),
            "[========>        ]  50 %  200 rows  20.0/s  ETA 0:10  3 failed  $0.0123");
  EXPECT_EQ(progress_bar({200, 3, 0.0123, 10, 0.5}, 12), " 50 %  200 r");
  EXPECT_EQ(progress_bar({1, 0, 0, 1, 1.0}, 200).substr(0, 42), "[" + std::string(40, '=') + "]");
}

TEST(Progress, writes_times_as_clocks_do) {
  EXPECT_EQ(clock_text(9.4), "0:09");
  EXPECT_EQ(clock_text(754), "12:34");
  EXPECT_EQ(clock_text(3723), "1:02:03");
}

TEST(IdSet, notices_ids_that_come_twice) {
  IdSet ids;
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_TRUE(ids.add(i));
    EXPECT_TRUE(ids.add(std::to_string(i)));
  }
  EXPECT_EQ(ids.size(), 20'000U);
  EXPECT_FALSE(ids.add(77));
  EXPECT_FALSE(ids.add("77"));
}

TEST(Expectation, names_one_output_or_all) {
  const std::vector<std::string> outputs = {"a", "vote"};
  const auto all = read_expectations({"answer"}, outputs);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].output, "vote");
  EXPECT_EQ(all[1].row_field, "answer");
  const auto same = read_expectations({"a", "vote=answer"}, outputs);
  ASSERT_EQ(same.size(), 2U);
  EXPECT_EQ(same[0].row_field, "a");
  EXPECT_EQ(same[1].output, "vote");
  EXPECT_THROW(read_expectations({"vot=answer"}, outputs), UsageError);
  EXPECT_THROW(read_expectations({"vote="}, outputs), UsageError);
}

TEST(Expectation, compares_as_text_when_the_kinds_differ) {
  EXPECT_TRUE(is_match("18", 18));
  EXPECT_TRUE(is_match(18, 18.0));
  EXPECT_FALSE(is_match("18", "18.0"));
  EXPECT_FALSE(is_match(nullptr, "null"));
  EXPECT_TRUE(is_match(nullptr, nullptr));
}

}  // namespace
}  // namespace ember::cli
