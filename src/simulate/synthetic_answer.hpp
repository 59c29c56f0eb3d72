// What a simulated model says when no recording tells: it computes word problems, judges and verifies answers
// to them, and echoes everything else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ember::simulate {

/// The answer to `prompt` of a model that is right with probability `skill`. All chance comes from `hash`.
std::string synthetic_answer(std::string_view prompt, double skill, std::uint64_t hash);

}  // namespace ember::simulate
