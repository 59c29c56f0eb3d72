#include "stock/reply_sections.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

namespace ember::non {
namespace {

using Section = std::optional<std::string>;

TEST(ReplySections, LabelsAreFoundInAnyCaseAndDress) {
  for (const char* line :
       {"Final Answer: 42", "final answer:42", "FINAL  ANSWER : 42", "**Final Answer:** 42",
        "**Final Answer**: 42", "**Final Answer: 42**", "**Final Answer:**42", "### Final Answer: 42",
        "- *Final Answer:* 42", "> __Final Answer__: **42**", "  Final Answer:\r\n  42\r\n",
        "Final Answer:\n\n**42**\n"}) {
    EXPECT_EQ(parse_reply(line).final_answer, Section("42")) << line;
  }
}

TEST(ReplySections, LabelsMayBeItemsOfANumberedList) {
  for (const char* line : {"1. Verdict: 1", "1) Verdict: 1", "1. **Verdict:** 1", "**1. Verdict:** 1",
                           "- 12. *Verdict*: 1", "1.Verdict: 1"}) {
    EXPECT_EQ(parse_reply(line).verdict, Section("1")) << line;
  }
  EXPECT_EQ(parse_reply("1. Verdict: 1\n2. Explanation: fine").explanation, Section("fine"));
  EXPECT_EQ(parse_reply("1 Verdict: 1").verdict, std::nullopt);
}

TEST(ReplySections, OtherTextIsNoLabel) {
  for (const char* line :
       {"The final answer: 42", "Final Answers: 42", "Finally Answer: 42", "Final Answer 42"}) {
    EXPECT_EQ(parse_reply(line).final_answer, std::nullopt) << line;
    EXPECT_EQ(parse_reply(line).preamble, line);
  }
}

TEST(ReplySections, OptionalBelongsToTheLabel) {
  for (const char* line : {"Revised Answer (optional): 4", "**Revised Answer (Optional):** 4",
                           "**Revised Answer** (optional): 4", "* **Revised Answer (optional)**: 4",
                           "revised answer(optional) : 4", "Revised Answer: 4"}) {
    EXPECT_EQ(parse_reply(line).revised_answer, Section("4")) << line;
  }
}

TEST(ReplySections, ASectionEndsAtTheNextLabel) {
  const ReplySections sections = parse_reply(
      "Hello.\n\nReasoning: one\n  two\n\nthree\nVerdict: 0\nExplanation:\nRevised Answer: \nFinal Answer: "
      "f");
  EXPECT_EQ(sections.preamble, "Hello.");
  EXPECT_EQ(sections.reasoning, Section("one\n  two\n\nthree"));
  EXPECT_EQ(sections.verdict, Section("0"));
  EXPECT_EQ(sections.explanation, Section(""));
  EXPECT_EQ(sections.revised_answer, Section(""));
  EXPECT_EQ(sections.final_answer, Section("f"));
}

TEST(ReplySections, TheLastOfEqualLabelsCounts) {
  EXPECT_EQ(parse_reply("Final Answer: 1\nReasoning: wait\nFinal Answer: 2").final_answer, Section("2"));
}

TEST(ReplySections, BoldIsIgnoredAndOtherStarsAreKept) {
  EXPECT_EQ(without_bold("the **big** and **small one**."), "the big and small one.");
  for (const char* text : {"2**3", "a ** b", "f(**kwargs)", "**", "****", "x**2 + y**2", "**open\nline**"}) {
    EXPECT_EQ(without_bold(text), text);
  }
}

TEST(ReplySections, RandomSectionsComeBack) {
  constexpr std::array<std::pair<const char*, Section ReplySections::*>, 5> labels{{
      {"Verdict:", &ReplySections::verdict},
      {"Explanation:", &ReplySections::explanation},
      {"Revised Answer (optional):", &ReplySections::revised_answer},
      {"Reasoning:", &ReplySections::reasoning},
      {"Final Answer:", &ReplySections::final_answer},
  }};
  const std::vector<std::string> words = {"x", "42", "answer:", "(optional)", "2*3",
                                          "é", "so", ":",       "-",          "verdicts"};
  std::mt19937 random(11);
  const auto random_text = [&] {
    std::string text;
    for (std::size_t count = random() % 6; count > 0; --count) {
      if (!text.empty()) text += random() % 4 == 0 ? "\n" : " ";
      text += words[random() % words.size()];
    }
    return text;
  };
  for (int round = 0; round < 2000; ++round) {
    ReplySections expected;
    expected.preamble = random_text();
    std::string reply = expected.preamble;
    for (std::size_t count = random() % 6; count > 0; --count) {
      const auto& [label, section] = labels[random() % labels.size()];
      expected.*section = random_text();
      const bool is_bold = random() % 2 == 0;
      reply +=
          std::string("\n") + (is_bold ? "**" : "") + label + (is_bold ? "** " : " ") + *(expected.*section);
    }
    const ReplySections found = parse_reply(reply);
    EXPECT_EQ(found.preamble, expected.preamble) << reply;
    for (const auto& [label, section] : labels) EXPECT_EQ(found.*section, expected.*section) << reply;
  }
}

}  // namespace
}  // namespace ember::non
