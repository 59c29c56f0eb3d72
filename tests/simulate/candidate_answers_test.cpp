#include "simulate/candidate_answers.hpp"

#include <gmock/gmock.h>

namespace ember::simulate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CandidateAnswers, labels_come_first) {
  EXPECT_THAT(candidate_answers(
                  "Response 1:\nFirst 2 + 3 = 5.\nA: 5\nResponse 2:\nThe answer is $1,204.\nAnswer: -7"),
              ElementsAre(5, 1204, -7));
}

TEST(CandidateAnswers, without_labels_the_last_number_of_each_line_counts) {
  EXPECT_THAT(candidate_answers("Response 1: 37\nResponse 2:\n2. 14\n- from 3 to 20\nnothing here\n[3] 8"),
              ElementsAre(37, 14, 20, 8));
}

TEST(CandidateAnswers, letters_before_the_label_do_not_count) {
  EXPECT_THAT(candidate_answers("Pizza: 12 slices"), ElementsAre(12));
  EXPECT_THAT(candidate_answers("data: none"), IsEmpty());
}

TEST(CandidateAnswers, huge_numbers_are_left_out) {
  EXPECT_THAT(candidate_answers("A: 99999999999999999999999"), IsEmpty());
}

TEST(CandidateAnswers, the_earliest_of_equally_common_numbers_wins) {
  EXPECT_EQ(most_common({4, 7, 7, 4, 1}), 4);
  EXPECT_EQ(most_common({4, 7, 7}), 7);
  EXPECT_EQ(most_common({}), std::nullopt);
}

TEST(CandidateAnswers, labels_are_met_in_any_case) {
  EXPECT_TRUE(contains_label("**FINAL Answer:** x", "final answer:"));
  EXPECT_FALSE(contains_label("final result:", "final answer:"));
}

}  // namespace
}  // namespace ember::simulate
