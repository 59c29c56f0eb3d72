// What sharing rows among processes is made of, in one process.
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.hpp"
#include "cli/mesh_option.hpp"
#include "cli/rank_rows.hpp"
#include "cli/row_message.hpp"
#include "value/packed_value.hpp"

namespace ember::cli {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(MeshOption, reads_lengths) {
  EXPECT_EQ(read_mesh("4"), std::vector<int>({4}));
  EXPECT_EQ(read_mesh("2x2"), (std::vector<int>{2, 2}));
  EXPECT_EQ(read_mesh("2x3x1"), (std::vector<int>{2, 3, 1}));
}

TEST(MeshOption, refuses_what_is_no_mesh) {
  for (const char* text :
       {"", "x", "2x", "x2", "2xx2", "-1", "+2", "2,2", "2 x 2", "two", "1e3", "99999999"}) {
    EXPECT_THAT([&] { (void)read_mesh(text); },
                ThrowsMessage<UsageError>(HasSubstr("expected lengths such as 4 or 2x2")))
        << text;
  }
  EXPECT_THAT([] { (void)read_mesh("2x0"); }, ThrowsMessage<UsageError>(HasSubstr("at least 1")));
  EXPECT_THAT([] { (void)read_mesh("9999999x9999999x9999999"); },
              ThrowsMessage<UsageError>(HasSubstr("more than 1000000 devices")));
}

TEST(MeshOption, is_a_mesh_of_this_process_without_a_launcher) {
  EXPECT_TRUE(find_mesh(std::nullopt).devices.empty());
  const RowMesh mesh = find_mesh("2x2");
  EXPECT_EQ(mesh.devices, (std::vector<std::string>{"cpu:0", "cpu:1", "cpu:2", "cpu:3"}));
  EXPECT_EQ(mesh.ranks, 1);
  EXPECT_TRUE(mesh.is_root());
}

TEST(RankRows, lines_are_told_in_short) {
  EXPECT_EQ(ranges_text({}), "");
  EXPECT_EQ(ranges_text({7}), "7");
  EXPECT_EQ(ranges_text({2, 3, 4, 7}), "2-4, 7");
  std::vector<std::size_t> odd;
  for (std::size_t line = 1; line <= 21; line += 2) odd.push_back(line);
  EXPECT_EQ(ranges_text(odd), "1, 3, 5, 7, 9, 11, 13, 15 and 3 more");
}

TEST(RowMessage, everything_about_a_row_arrives) {
  RowReport sent;
  sent.outcome.line = "{\"id\": 1}";
  sent.outcome.is_failed = true;
  sent.outcome.matches = {RowOutcome::Match::absent, RowOutcome::Match::right, RowOutcome::Match::wrong};
  sent.outcome.metrics = RowMetrics{milliseconds(3), milliseconds(5), {{"a", 0.25}}, {{"a", 0.25}, {"b", 1}}};
  sent.calls = {{"m", {3, 1, 2, 0.5}, milliseconds(7), milliseconds(9), 4, true}};
  const RowReport report = row_report(unpack(PackedValue(to_message(sent)).bytes()));
  EXPECT_EQ(report.outcome.line, sent.outcome.line);
  EXPECT_TRUE(report.outcome.is_failed);
  EXPECT_FALSE(report.outcome.is_stopped);
  EXPECT_EQ(report.outcome.matches, sent.outcome.matches);
  ASSERT_TRUE(report.outcome.metrics);
  EXPECT_EQ(report.outcome.metrics->ideal_time, milliseconds(3));
  EXPECT_EQ(report.outcome.metrics->step_time, milliseconds(5));
  EXPECT_EQ(report.outcome.metrics->critical_steps, sent.outcome.metrics->critical_steps);
  EXPECT_EQ(report.outcome.metrics->steps, sent.outcome.metrics->steps);
  ASSERT_EQ(report.calls.size(), 1U);
  EXPECT_EQ(report.calls[0].model_id, "m");
  EXPECT_EQ(report.calls[0].usage, sent.calls[0].usage);
  EXPECT_EQ(report.calls[0].latency, milliseconds(7));
  EXPECT_EQ(report.calls[0].elapsed, milliseconds(9));
  EXPECT_EQ(report.calls[0].attempts, 4);
  EXPECT_TRUE(report.calls[0].is_failed);
  const RowOrder order = row_order(to_message(RowOrder{12, Value{{"q", "x"}}}));
  EXPECT_EQ(order.line_number, 12U);
  EXPECT_EQ(order.row, (Value{{"q", "x"}}));
}

}  // namespace
}  // namespace ember::cli
