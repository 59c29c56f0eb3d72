#include "workflow/reference.hpp"

#include <gtest/gtest.h>

namespace ember::workflow {
namespace {

TEST(Reference, reads_root_fields_and_indices) {
  const auto reference = parse_reference("6b_panel-2.responses[10].text");
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->root, "6b_panel-2");
  EXPECT_EQ(to_string(reference->path), "responses[10].text");
  EXPECT_FALSE(reference->is_row());
  EXPECT_TRUE(parse_reference("row")->is_row());
}

class NoReference : public ::testing::TestWithParam<const char*> {};

TEST_P(NoReference, is_refused) {
  EXPECT_FALSE(parse_reference(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Reference, NoReference,
                         ::testing::Values("", ".a", "a.", "a..b", "a[", "a[]", "a[1", "a[x]", "a[-1]", "a b",
                                           "a.b c", "a]", "[1]", "a[99999999999999999999]", "a[1]b", "é.a"));

}  // namespace
}  // namespace ember::workflow
