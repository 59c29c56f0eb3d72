#include "simulate/synthetic_answer.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "simulate/arithmetic_problem.hpp"
#include "simulate/candidate_answers.hpp"
#include "simulate/random_stream.hpp"
#include "simulate/token_pieces.hpp"

namespace ember::simulate {

namespace {

constexpr std::size_t most_echoed_tokens = 60;
// Counting the votes of more candidates would take quadratic time in what a client sends.
constexpr std::size_t most_candidates = 256;

// A number that a careless solver could have come to.
std::int64_t wrong_number(const ArithmeticProblem& problem, RandomStream& random) {
  const ArithmeticStep& last = problem.steps.back();
  const std::int64_t answer = problem.answer();
  std::vector<std::int64_t> slips = {last.left, last.left + last.right, answer + 10,
                                     answer + random.between(1, 9)};
  if (problem.steps.size() > 1) slips.push_back(problem.steps.front().result);
  if (answer > 10) slips.push_back(answer - 10);
  std::erase(slips, answer);
  return slips[random.below(slips.size())];
}

std::string work(const ArithmeticProblem& problem, std::int64_t answer) {
  std::string text;
  for (std::size_t index = 0; index < problem.steps.size(); ++index) {
    const ArithmeticStep& step = problem.steps[index];
    const bool is_last = index + 1 == problem.steps.size();
    text += index == 0 ? "First " : is_last ? ", so " : ", then ";
    text += std::to_string(step.left) + ' ' + step.operation + ' ' + std::to_string(step.right) + " = " +
            std::to_string(is_last ? answer : step.result);
  }
  return text + '.';
}

std::string solve(const ArithmeticProblem& problem, double skill, RandomStream& random) {
  const bool is_right = random.uniform() < skill;
  const std::int64_t answer = is_right ? problem.answer() : wrong_number(problem, random);
  return work(problem, answer) + "\nA: " + std::to_string(answer);
}

std::vector<std::int64_t> candidates_in(std::string_view text) {
  std::vector<std::int64_t> candidates = candidate_answers(text);
  if (candidates.size() > most_candidates) candidates.resize(most_candidates);
  return candidates;
}

std::string judge(std::string_view prompt, const std::optional<FoundProblem>& found, double skill,
                  RandomStream& random) {
  const std::vector<std::int64_t> candidates = candidates_in(found ? prompt.substr(found->end) : prompt);
  const std::optional<std::int64_t> majority = most_common(candidates);
  if (!found) {
    if (!majority) return "Reasoning: The responses give nothing to compare.\nFinal Answer: Unknown";
    return "Reasoning: Most responses agree on " + std::to_string(*majority) +
           ".\nFinal Answer: " + std::to_string(*majority);
  }
  const bool is_right = random.uniform() < skill;
  if (is_right) {
    return "Reasoning: " + work(found->problem, found->problem.answer()) +
           "\nFinal Answer: " + std::to_string(found->problem.answer());
  }
  const std::int64_t answer =
      candidates.empty() ? wrong_number(found->problem, random) : candidates[random.below(candidates.size())];
  return "Reasoning: The response that says " + std::to_string(answer) +
         " reads well.\nFinal Answer: " + std::to_string(answer);
}

std::string verify(std::string_view prompt, const std::optional<FoundProblem>& found, double skill,
                   RandomStream& random) {
  const std::vector<std::int64_t> candidates = candidates_in(found ? prompt.substr(found->end) : prompt);
  if (!found || candidates.empty()) return "Verdict: 1\nExplanation: Nothing speaks against the answer.";
  const bool is_right = random.uniform() < skill;
  const bool is_candidate_right = candidates.back() == found->problem.answer();
  if (is_candidate_right == is_right) return "Verdict: 1\nExplanation: The steps add up.";
  const std::int64_t revised = is_right ? found->problem.answer() : wrong_number(found->problem, random);
  return "Verdict: 0\nExplanation: " + work(found->problem, revised) +
         "\nRevised Answer: " + std::to_string(revised);
}

std::string echo(std::string_view prompt) {
  const std::size_t first = std::min(prompt.find_first_not_of(" \t\r\n"), prompt.size());
  const std::string_view told = first_tokens(prompt.substr(first), most_echoed_tokens);
  return "Echo: " + std::string(told) + (first + told.size() < prompt.size() ? " ..." : "");
}

}  // namespace

std::string synthetic_answer(std::string_view prompt, double skill, std::uint64_t hash) {
  RandomStream random(hash);
  const std::optional<FoundProblem> found = find_problem(prompt);
  if (contains_label(prompt, "verdict:")) return verify(prompt, found, skill, random);
  if (contains_label(prompt, "final answer:")) return judge(prompt, found, skill, random);
  return found ? solve(found->problem, skill, random) : echo(prompt);
}

}  // namespace ember::simulate
