// Reads the numbers that a prompt offers as answers, for simulated judges and verifiers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ember::simulate {

/// The numbers after `A:`, `Answer:` or `answer is` in `text`, in order; without any, the last number of each
/// line that is not a numbering such as `2.` or `Response 2:`.
std::vector<std::int64_t> candidate_answers(std::string_view text);

/// The number that is met most often, the earliest of several; empty without numbers.
std::optional<std::int64_t> most_common(const std::vector<std::int64_t>& numbers);

/// True when `text` holds `label` in any mix of upper and lower case. `label` is lower case.
bool contains_label(std::string_view text, std::string_view label);

}  // namespace ember::simulate
