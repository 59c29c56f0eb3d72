#include "base/closest_name.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ember {
namespace {

TEST(ClosestName, CountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("max_wrokers", "max_workers"), 1U);
  EXPECT_EQ(edit_distance("same", "same"), 0U);
}

TEST(ClosestName, SuggestsOnlyWhatIsClose) {
  const std::vector<std::string> names = {"max_workers", "scheduler", "timeout_seconds"};
  EXPECT_EQ(closest_name("max_worker", names), "max_workers");
  EXPECT_EQ(closest_name("SCHEDULER", names), "scheduler");
  EXPECT_EQ(closest_name("colour", names), std::nullopt);
  EXPECT_EQ(suggestion("sheduler", names), "; did you mean 'scheduler'?");
  EXPECT_EQ(suggestion("colour", names), "");
}

}  // namespace
}  // namespace ember
