#include "simulate/arithmetic_problem.hpp"

#include <array>
#include <charconv>
#include <unordered_set>
#include <utility>

#include <ember/error.hpp>

#include "base/ascii.hpp"
#include "simulate/problem_templates.hpp"

namespace ember::simulate {

namespace {

// A number in a prompt with more digits than this is not from a template and would only overflow.
constexpr std::size_t most_answer_digits = 6;

using Numbers = std::array<std::int64_t, most_numbers>;

struct Slots {
  std::string_view name{};
  std::string_view thing{};
  Numbers numbers{};
};

std::optional<std::int64_t> multiply(std::int64_t left, std::int64_t right) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(left, right, &product)) return std::nullopt;
  return product;
}

// The result of one step, or nothing when it is not a whole number of at least 0.
std::optional<std::int64_t> apply(char operation, std::int64_t left, std::int64_t right) {
  switch (operation) {
    case '+':
      return left + right;
    case '-':
      return left >= right ? std::optional(left - right) : std::nullopt;
    case '*':
      return multiply(left, right);
    default:
      return right != 0 && left % right == 0 ? std::optional(left / right) : std::nullopt;
  }
}

// Runs the template's steps; nothing when one of them has no whole result.
std::optional<std::vector<ArithmeticStep>> solve(const ProblemTemplate& form, const Numbers& numbers) {
  std::array<std::int64_t, most_numbers + most_steps> known{};
  std::size_t count = 0;
  for (; count < form.ranges.size(); ++count) known[count] = numbers[count];
  std::vector<ArithmeticStep> steps;
  steps.reserve(form.steps.size());
  for (const StepRule& rule : form.steps) {
    const std::int64_t left = known[static_cast<std::size_t>(rule.left)];
    const std::int64_t right = known[static_cast<std::size_t>(rule.right)];
    const std::optional<std::int64_t> result = apply(rule.operation, left, right);
    if (!result) return std::nullopt;
    steps.push_back({rule.operation, left, right, *result});
    known[count++] = *result;
  }
  return steps;
}

std::string write_question(const ProblemTemplate& form, const Slots& slots) {
  std::string question;
  for (std::size_t at = 0; at < form.text.size(); ++at) {
    if (form.text[at] != '{') {
      question += form.text[at];
      continue;
    }
    const char slot = form.text[at + 1];
    if (slot == 'N') {
      question += slots.name;
    } else if (slot == 'T') {
      question += slots.thing;
    } else {
      question += std::to_string(slots.numbers[static_cast<std::size_t>(slot - '0')]);
    }
    at += 2;
  }
  return question;
}

// Reads one word; a slot that was read before must hold the same word again.
bool read_word(std::string_view text, std::size_t& at, std::string_view& word) {
  const std::size_t first = at;
  while (at < text.size() && is_letter(text[at])) ++at;
  const std::string_view found = text.substr(first, at - first);
  if (found.empty() || (!word.empty() && found != word)) return false;
  word = found;
  return true;
}

bool read_number(std::string_view text, std::size_t& at, std::int64_t& number) {
  const std::size_t first = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at == first || at - first > most_answer_digits) return false;
  std::from_chars(text.data() + first, text.data() + at, number);
  return true;
}

// Reads the template at `first`; on success returns where the question ends.
std::optional<std::size_t> read_question(const ProblemTemplate& form, std::string_view text,
                                         std::size_t first, Slots& slots) {
  std::size_t at = first;
  for (std::size_t pattern = 0; pattern < form.text.size(); ++pattern) {
    if (form.text[pattern] != '{') {
      if (at >= text.size() || text[at] != form.text[pattern]) return std::nullopt;
      ++at;
      continue;
    }
    const char slot = form.text[pattern + 1];
    const bool is_read = slot == 'N' ? read_word(text, at, slots.name)
                         : slot == 'T'
                             ? read_word(text, at, slots.thing)
                             : read_number(text, at, slots.numbers[static_cast<std::size_t>(slot - '0')]);
    if (!is_read) return std::nullopt;
    pattern += 2;
  }
  return at;
}

std::optional<FoundProblem> problem_at(std::string_view text, std::size_t first) {
  for (const ProblemTemplate& form : problem_templates()) {
    Slots slots;
    const std::optional<std::size_t> end = read_question(form, text, first, slots);
    if (!end) continue;
    std::optional<std::vector<ArithmeticStep>> steps = solve(form, slots.numbers);
    if (!steps) continue;
    return FoundProblem{{std::string(text.substr(first, *end - first)), std::move(*steps)}, *end};
  }
  return std::nullopt;
}

template <class Items>
auto pick(const Items& items, RandomStream& random) {
  return items[random.below(items.size())];
}

}  // namespace

ArithmeticProblem generate_problem(RandomStream& random) {
  const ProblemTemplate form = pick(problem_templates(), random);
  for (;;) {  // ends: every template has many numbers that work out
    Slots slots{pick(problem_names(), random), pick(problem_things(), random), {}};
    for (std::size_t number = 0; number < form.ranges.size(); ++number) {
      slots.numbers[number] = random.between(form.ranges[number].first, form.ranges[number].last);
    }
    if (std::optional<std::vector<ArithmeticStep>> steps = solve(form, slots.numbers)) {
      return {write_question(form, slots), std::move(*steps)};
    }
  }
}

std::vector<ArithmeticProblem> generate_problems(std::size_t count, std::uint64_t seed) {
  if (count > most_problems) {
    throw InvalidArgumentError("can not make " + std::to_string(count) + " different problems; the most is " +
                               std::to_string(most_problems));
  }
  RandomStream random(hash_with(seed, "problems"));
  std::vector<ArithmeticProblem> problems;
  problems.reserve(count);
  std::unordered_set<std::string> questions;
  while (problems.size() < count) {
    ArithmeticProblem problem = generate_problem(random);
    if (questions.insert(problem.question).second) problems.push_back(std::move(problem));
  }
  return problems;
}

std::optional<FoundProblem> find_problem(std::string_view text) {
  for (std::size_t at = text.size(); at-- > 0;) {
    const bool starts_word = text[at] >= 'A' && text[at] <= 'Z' && (at == 0 || !is_letter(text[at - 1]));
    if (!starts_word) continue;
    if (std::optional<FoundProblem> found = problem_at(text, at)) return found;
  }
  return std::nullopt;
}

}  // namespace ember::simulate
