// Arithmetic word problems with known answers. The same sentence templates write a question and read it back,
// so a simulated model can compute what it is asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulate/random_stream.hpp"

namespace ember::simulate {

/// One step of a solution: `left operation right = result`, operation one of + - * /.
struct ArithmeticStep {
  char operation = '+';
  std::int64_t left = 0;
  std::int64_t right = 0;
  std::int64_t result = 0;
};

struct ArithmeticProblem {
  std::string question{};
  /// In order; the last result is the answer.
  std::vector<ArithmeticStep> steps{};

  [[nodiscard]] std::int64_t answer() const { return steps.back().result; }
};

/// A new problem; every intermediate result is a whole number of at least 0.
ArithmeticProblem generate_problem(RandomStream& random);

/// `count` different problems, the same for the same seed; a longer set starts with the shorter one.
/// Throws InvalidArgumentError when `count` is beyond `most_problems`.
std::vector<ArithmeticProblem> generate_problems(std::size_t count, std::uint64_t seed);

/// The largest set that is sure to be made of different problems.
inline constexpr std::size_t most_problems = 1'000'000;

struct FoundProblem {
  ArithmeticProblem problem{};
  /// Where the question ends in the text it was found in.
  std::size_t end = 0;
};

/// The last problem that stands anywhere in `text`, as after worked examples in a prompt; empty without one.
std::optional<FoundProblem> find_problem(std::string_view text);

}  // namespace ember::simulate
