// Suggestions for misspelled names: the known name with the fewest edits.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ember {

/// Number of characters to insert, delete, replace or swap with their neighbour to get from one text to the
/// other.
std::size_t edit_distance(std::string_view from, std::string_view to);

/// The candidate closest to `name`, without regard to case; none when even the closest differs in more than
/// about a third of its characters. Ties go to the first candidate.
std::optional<std::string> closest_name(std::string_view name, std::span<const std::string> candidates);

/// `; did you mean 'x'?`, or nothing when no candidate is close.
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

}  // namespace ember
