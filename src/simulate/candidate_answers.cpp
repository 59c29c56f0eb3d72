#include "simulate/candidate_answers.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/ascii.hpp"

namespace ember::simulate {

namespace {

constexpr std::size_t most_digits = 15;

char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
}

// Reads `$1,234` at `at` and moves behind it.
std::optional<std::int64_t> read_number(std::string_view text, std::size_t& at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '$' || text[at] == '*')) ++at;
  const bool is_negative = at < text.size() && text[at] == '-';
  if (is_negative) ++at;
  std::int64_t number = 0;
  std::size_t digits = 0;
  for (; at < text.size(); ++at) {
    const bool is_grouping = text[at] == ',' && digits > 0 && at + 1 < text.size() && is_digit(text[at + 1]);
    if (is_grouping) continue;
    if (!is_digit(text[at])) break;
    if (++digits <= most_digits) number = number * 10 + (text[at] - '0');
  }
  if (digits == 0 || digits > most_digits) return std::nullopt;
  return is_negative ? -number : number;
}

bool equals_at(std::string_view text, std::size_t at, std::string_view label) {
  return text.size() - at >= label.size() &&
         std::equal(label.begin(), label.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char left, char right) { return left == lower(right); });
}

std::vector<std::int64_t> labelled_numbers(std::string_view text) {
  static constexpr std::string_view labels[] = {"a:", "answer:", "answer is"};
  std::vector<std::int64_t> numbers;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (lower(text[at]) != 'a' || (at > 0 && is_letter(text[at - 1]))) continue;
    for (const std::string_view label : labels) {
      if (!equals_at(text, at, label)) continue;
      std::size_t after = at + label.size();
      if (const auto number = read_number(text, after)) numbers.push_back(*number);
    }
  }
  return numbers;
}

std::optional<std::int64_t> last_number(std::string_view line) {
  std::optional<std::int64_t> last;
  for (std::size_t at = 0; at < line.size();) {
    if (!is_digit(line[at])) {
      ++at;
      continue;
    }
    const auto number = read_number(line, at);
    const bool is_numbering = at < line.size() && (line[at] == ':' || line[at] == ')' || line[at] == ']' ||
                                                   (line[at] == '.' && !last && at + 1 < line.size()));
    if (number && !is_numbering) last = number;
  }
  return last;
}

std::vector<std::int64_t> line_numbers(std::string_view text) {
  std::vector<std::int64_t> numbers;
  for (std::size_t first = 0; first < text.size();) {
    const std::size_t end = std::min(text.find('\n', first), text.size());
    if (const auto number = last_number(text.substr(first, end - first))) numbers.push_back(*number);
    first = end + 1;
  }
  return numbers;
}

}  // namespace

std::vector<std::int64_t> candidate_answers(std::string_view text) {
  std::vector<std::int64_t> numbers = labelled_numbers(text);
  return numbers.empty() ? line_numbers(text) : numbers;
}

std::optional<std::int64_t> most_common(const std::vector<std::int64_t>& numbers) {
  std::optional<std::int64_t> best;
  std::ptrdiff_t most = 0;
  for (const std::int64_t number : numbers) {
    const std::ptrdiff_t count = std::count(numbers.begin(), numbers.end(), number);
    if (count > most) {
      most = count;
      best = number;
    }
  }
  return best;
}

bool contains_label(std::string_view text, std::string_view label) {
  const auto is_same = [](char left, char right) { return lower(left) == right; };
  return std::search(text.begin(), text.end(), label.begin(), label.end(), is_same) != text.end();
}

}  // namespace ember::simulate
