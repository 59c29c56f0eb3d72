// What the laws of jit compare, and how much of them is checked.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include <ember/error.hpp>

#include "law_program.hpp"
#include "support/sanitizer.hpp"

namespace ember::test {

/// Everything about a call that must not depend on how it ran.
struct Observed {
  Value value;
  std::string error;
  std::vector<int> calls;
  bool has_failures = false;
};

inline std::string described(const std::exception_ptr& error) {
  std::string text = type_name_of(error) + ": " + message_of(error);
  std::exception_ptr cause;
  try {
    std::rethrow_exception(error);
  } catch (const Error& caught) {
    text += " at " + caught.path();
    cause = caught.cause();
  } catch (...) {
    return text;
  }
  return cause ? text + " <- " + described(cause) : text;
}

inline Observed observe(const LawProgram& program, const Op<>& op, const Value& input) {
  program.counts->reset();
  Observed observed;
  try {
    observed.value = op(input);
  } catch (...) {
    observed.error = described(std::current_exception());
  }
  observed.calls = program.counts->snapshot();
  observed.has_failures = program.counts->failures > 0;
  return observed;
}

/// Builds with sanitizers look for other mistakes, and take about so many times as long.
inline constexpr std::size_t slowdown = testing::sanitizer == testing::Sanitizer::address  ? 60
                                        : testing::sanitizer == testing::Sanitizer::thread ? 30
                                                                                           : 1;

/// The number after `name` in the environment, else `otherwise`.
inline std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace ember::test
