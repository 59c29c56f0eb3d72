// Optimal string alignment distance over three rows.
#include "base/closest_name.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace ember {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_last(to.size() + 1);
  std::vector<std::size_t> last(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const bool is_same = from[i - 1] == to[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (is_same ? 0U : 1U)});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[to.size()];
}

std::optional<std::string> closest_name(std::string_view name, std::span<const std::string> candidates) {
  constexpr std::size_t longest = 200;  // Nobody misspells a name that long; keeps the work bounded.
  if (name.empty() || name.size() > longest) return std::nullopt;
  const std::string wanted = lower_case(name);
  const std::string* closest = nullptr;
  std::size_t fewest = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > longest) continue;
    const std::size_t edits = edit_distance(wanted, lower_case(candidate));
    if (edits < fewest) {
      fewest = edits;
      closest = &candidate;
    }
  }
  if (!closest) return std::nullopt;
  return *closest;
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
  const auto closest = closest_name(name, candidates);
  return closest ? "; did you mean '" + *closest + "'?" : std::string();
}

}  // namespace ember
