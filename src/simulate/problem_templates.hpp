// The sentence templates of the arithmetic word problems.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace ember::simulate {

/// The inclusive range of a number in a question.
struct NumberRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// Operands count first the numbers in the question, then the results of the steps before.
struct StepRule {
  char operation = '+';
  int left = 0;
  int right = 0;
};

/// `{N}` is a name, `{T}` a thing, `{0}`, `{1}`, ... the numbers in their order in `ranges`.
struct ProblemTemplate {
  std::string_view text;
  std::span<const NumberRange> ranges;
  std::span<const StepRule> steps;
};

inline constexpr std::size_t most_numbers = 5;
inline constexpr std::size_t most_steps = 5;

/// All templates.
std::span<const ProblemTemplate> problem_templates() noexcept;
/// What `{N}` and `{T}` stand for when a question is written; single words.
std::span<const std::string_view> problem_names() noexcept;
std::span<const std::string_view> problem_things() noexcept;

}  // namespace ember::simulate
