#include "simulate/synthetic_answer.hpp"

#include <gmock/gmock.h>

#include "simulate/arithmetic_problem.hpp"
#include "simulate/candidate_answers.hpp"
#include "simulate/random_stream.hpp"

namespace ember::simulate {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const ArithmeticProblem& problem() {
  static const ArithmeticProblem one = generate_problems(1, 1)[0];
  return one;
}

// Rate of right answers over many problems.
double measured_skill(double skill) {
  int right = 0;
  const auto problems = generate_problems(2000, 17);
  for (const ArithmeticProblem& each : problems) {
    const std::string answer = synthetic_answer(each.question, skill, hash_with(1, each.question));
    EXPECT_EQ(candidate_answers(answer).size(), 1U) << answer;
    if (candidate_answers(answer)[0] == each.answer()) ++right;
    EXPECT_THAT(answer, EndsWith("\nA: " + std::to_string(candidate_answers(answer)[0])));
  }
  return right / 2000.0;
}

TEST(SyntheticAnswer, is_right_as_often_as_the_skill_says) {
  EXPECT_EQ(measured_skill(1), 1);
  EXPECT_EQ(measured_skill(0), 0);
  EXPECT_NEAR(measured_skill(0.6), 0.6, 0.04);
}

TEST(SyntheticAnswer, shows_the_work) {
  const std::string question =
      "Clara has 95 lemons. At the market Clara buys 45 more lemons and later gives 9 of them to a friend. "
      "How many "
      "lemons does Clara have now?";
  EXPECT_EQ(synthetic_answer("Q: " + question, 1, 3), "First 95 + 45 = 140, so 140 - 9 = 131.\nA: 131");
}

TEST(SyntheticAnswer, is_the_same_for_the_same_chance) {
  EXPECT_EQ(synthetic_answer(problem().question, 0.5, 11), synthetic_answer(problem().question, 0.5, 11));
}

TEST(SyntheticAnswer, echoes_other_prompts) {
  EXPECT_EQ(synthetic_answer("  Say hello.", 1, 1), "Echo: Say hello.");
  const std::string answer = synthetic_answer(std::string(10'000, 'x') + " end", 1, 1);
  EXPECT_THAT(answer, StartsWith("Echo: xxx"));
  EXPECT_THAT(answer, EndsWith(" ..."));
  EXPECT_LT(answer.size(), 1000U);
}

std::string judge_prompt(const std::string& question, const std::string& responses) {
  return "You judge responses.\nQuestion: " + question + "\n\n" + responses +
         "\n\nReply with two sections.\nReasoning: your reasons\nFinal Answer: the answer";
}

TEST(SyntheticAnswer, a_skilled_judge_computes_the_answer) {
  const std::string right = std::to_string(problem().answer());
  const std::string prompt = judge_prompt(problem().question, "Response 1: A: 3\nResponse 2: A: " + right);
  const std::string answer = synthetic_answer(prompt, 1, 5);
  EXPECT_THAT(answer, StartsWith("Reasoning: First "));
  EXPECT_THAT(answer, EndsWith("\nFinal Answer: " + right));
}

TEST(SyntheticAnswer, an_unskilled_judge_takes_one_of_the_candidates) {
  const std::string prompt = judge_prompt(problem().question, "Response 1: A: 900001\nResponse 2: A: 900002");
  bool took_first = false;
  bool took_second = false;
  for (std::uint64_t hash = 0; hash < 50; ++hash) {
    const std::string answer = synthetic_answer(prompt, 0, hash);
    took_first = took_first || answer.ends_with("\nFinal Answer: 900001");
    took_second = took_second || answer.ends_with("\nFinal Answer: 900002");
    EXPECT_THAT(answer, HasSubstr("Final Answer: 90000"));
  }
  EXPECT_TRUE(took_first && took_second);
}

TEST(SyntheticAnswer, a_judge_without_a_problem_goes_with_the_majority) {
  EXPECT_THAT(synthetic_answer(judge_prompt("Guess.", "Response 1: 4\nResponse 2: 5\nResponse 3: 5"), 0, 1),
              EndsWith("\nFinal Answer: 5"));
  EXPECT_THAT(synthetic_answer(judge_prompt("Guess.", "Response 1: blue"), 1, 1),
              EndsWith("\nFinal Answer: Unknown"));
}

std::string verifier_prompt(const std::string& candidate) {
  return "Question: " + problem().question + "\nCandidate answer: " + candidate +
         "\n\nReply with\nVerdict: 1 or 0\nExplanation:\nRevised Answer (optional):";
}

TEST(SyntheticAnswer, a_skilled_verifier_tells_right_from_wrong) {
  const std::string right = std::to_string(problem().answer());
  EXPECT_THAT(synthetic_answer(verifier_prompt(right), 1, 1), StartsWith("Verdict: 1\nExplanation: "));
  const std::string refused = synthetic_answer(verifier_prompt("900001"), 1, 1);
  EXPECT_THAT(refused, StartsWith("Verdict: 0\nExplanation: "));
  EXPECT_THAT(refused, EndsWith("\nRevised Answer: " + right));
}

TEST(SyntheticAnswer, an_unskilled_verifier_errs) {
  EXPECT_THAT(synthetic_answer(verifier_prompt("900001"), 0, 1), StartsWith("Verdict: 1"));
  EXPECT_THAT(synthetic_answer(verifier_prompt(std::to_string(problem().answer())), 0, 1),
              StartsWith("Verdict: 0"));
}

}  // namespace
}  // namespace ember::simulate
