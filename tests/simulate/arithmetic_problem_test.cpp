#include "simulate/arithmetic_problem.hpp"

#include <gtest/gtest.h>

#include <ember/error.hpp>

#include <set>

#include "simulate/problem_templates.hpp"

namespace ember::simulate {
namespace {

TEST(ArithmeticProblem, every_written_question_is_read_back_with_its_answer) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const ArithmeticProblem& problem : generate_problems(250, seed)) {
      const auto found = find_problem(problem.question);
      ASSERT_TRUE(found) << problem.question;
      EXPECT_EQ(found->problem.question, problem.question);
      EXPECT_EQ(found->problem.answer(), problem.answer()) << problem.question;
      EXPECT_EQ(found->end, problem.question.size());
      EXPECT_GE(problem.answer(), 0);
    }
  }
}

TEST(ArithmeticProblem, answers_follow_from_the_sentences) {
  const auto answer = [](std::string_view question) { return find_problem(question)->problem.answer(); };
  EXPECT_EQ(answer("Clara has 95 lemons. At the market Clara buys 45 more lemons and later gives 9 of them "
                   "to a friend. "
                   "How many lemons does Clara have now?"),
            131);
  EXPECT_EQ(
      answer(
          "Greta reads a book of 372 pages, at first 20 pages a day for 6 days, and then 21 pages a day. How "
          "many more days does Greta need?"),
      12);
  EXPECT_EQ(
      answer(
          "Liam works 5 hours a day for $12 an hour, 3 days a week. The bus costs Liam $56 a week. How many "
          "dollars are left after a week?"),
      124);
  EXPECT_EQ(
      answer(
          "Jonas owns 36 shells. A sister owns 2 times as many. Together they give 14 shells away. How many "
          "shells are left to them?"),
      94);
}

TEST(ArithmeticProblem, sets_use_every_template_and_differ_in_all_questions) {
  std::set<std::string> questions;
  std::set<std::vector<char>> shapes;
  for (const ArithmeticProblem& problem : generate_problems(2000, 3)) {
    questions.insert(problem.question);
    std::vector<char> shape;
    for (const ArithmeticStep& step : problem.steps) shape.push_back(step.operation);
    shapes.insert(shape);
  }
  EXPECT_EQ(questions.size(), 2000U);
  EXPECT_GE(shapes.size(), 8U);
}

TEST(ArithmeticProblem, a_longer_set_starts_with_the_shorter_one) {
  const auto few = generate_problems(10, 4);
  const auto many = generate_problems(20, 4);
  for (std::size_t index = 0; index < few.size(); ++index)
    EXPECT_EQ(few[index].question, many[index].question);
  EXPECT_NE(generate_problems(1, 4)[0].question, generate_problems(1, 5)[0].question);
}

TEST(ArithmeticProblem, finds_the_last_problem_among_other_text) {
  const auto problems = generate_problems(2, 9);
  const std::string text = "Think.\nQ: " + problems[0].question + "\nA: 7\n\nQ: " + problems[1].question +
                           "\nEnd with A: and the number.";
  const auto found = find_problem(text);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->problem.question, problems[1].question);
  EXPECT_EQ(text.substr(found->end, 4), "\nEnd");
}

TEST(ArithmeticProblem, does_not_read_what_does_not_work_out) {
  EXPECT_FALSE(find_problem(""));
  EXPECT_FALSE(find_problem("What is the capital of France?"));
  // Another name, 5 of 4 apples, a share that is no whole number, more digits than a template has.
  EXPECT_FALSE(find_problem(
      "Ada has 9 pears. At the market Bob buys 1 more pears and later gives 2 of them to a friend. "
      "How many pears does Ada have now?"));
  EXPECT_FALSE(find_problem(
      "Ada picks 4 pears and keeps 5 of them. The rest are shared equally among 3 neighbours. How "
      "many pears does each neighbour get?"));
  EXPECT_FALSE(find_problem(
      "Ada picks 9 pears and keeps 5 of them. The rest are shared equally among 3 neighbours. How "
      "many pears does each neighbour get?"));
  EXPECT_FALSE(find_problem(
      "Ada picks 9 pears and keeps 5 of them. The rest are shared equally among 0 neighbours. How "
      "many pears does each neighbour get?"));
  EXPECT_FALSE(find_problem(
      "Ada fills 99999999999999999999 boxes with 2 pears each. On the way to the shop 1 pears are "
      "lost. How many pears arrive?"));
}

TEST(ArithmeticProblem, refuses_sets_that_can_not_differ) {
  EXPECT_THROW(generate_problems(most_problems + 1, 0), InvalidArgumentError);
}

}  // namespace
}  // namespace ember::simulate
