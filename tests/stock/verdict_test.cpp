#include <gtest/gtest.h>

#include "stock/reply_sections.hpp"

namespace ember::non {
namespace {

TEST(Verdict, NumbersDecideFirst) {
  for (const char* text : {"1", " 1.", "1.0", "[1]", "(1) incorrect in style only", "1 - wrong label"}) {
    EXPECT_EQ(parse_verdict(text), 1) << text;
  }
  for (const char* text : {"0", "2", "10", "-1", "0.5", "1.5", "0: correct is another matter", "11"}) {
    EXPECT_EQ(parse_verdict(text), 0) << text;
  }
}

TEST(Verdict, DenialsComeBeforeAssent) {
  for (const char* text :
       {"Incorrect", "not correct", "NOT   correct", "not\ncorrect", "It is wrong", "False",
        "incorrectly derived, though true in part", "wrong, the correct one is 1"}) {
    EXPECT_EQ(parse_verdict(text), 0) << text;
  }
  for (const char* text :
       {"Correct", "TRUE", "it is correct.", "correctly solved", "correct (step 2 of 5)"}) {
    EXPECT_EQ(parse_verdict(text), 1) << text;
  }
}

TEST(Verdict, OtherWordsAreNoAssent) {
  for (const char* text : {"", "maybe", "untrue", "yes", "unclear: 0 of 3"})
    EXPECT_EQ(parse_verdict(text), 0) << text;
  EXPECT_EQ(parse_verdict("The verdict is 1"), 1);
}

}  // namespace
}  // namespace ember::non
