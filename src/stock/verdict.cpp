// The rules by which the words of a verdict count.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>

#include "base/ascii.hpp"
#include "stock/reply_sections.hpp"

namespace ember::non {
namespace {

bool is_letter_or_beyond_ascii(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0;
}

/// Lower case, every run of other characters than letters as one space, one space before and after: so a word
/// is found by ` word`.
std::string words_of(std::string_view text) {
  std::string words = " ";
  for (const char c : text) {
    if (is_letter_or_beyond_ascii(c)) {
      words += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (words.back() != ' ') {
      words += ' ';
    }
  }
  return words;
}

std::optional<int> verdict_by_words(std::string_view text) {
  const std::string words = words_of(text);
  const auto has = [&](std::string_view word) { return words.find(word) != std::string::npos; };
  if (has(" incorrect") || has(" not correct") || has(" wrong") || has(" false")) return 0;
  if (has(" correct") || has(" true")) return 1;
  return std::nullopt;
}

/// The verdict by the number that starts at the digit `at`.
int verdict_by_number(std::string_view text, std::size_t at) {
  const bool is_negative = at > 0 && text[at - 1] == '-';
  double number = 0;
  std::from_chars(text.data() + at, text.data() + text.size(), number, std::chars_format::fixed);
  return number == 1.0 && !is_negative ? 1 : 0;
}

}  // namespace

int parse_verdict(std::string_view verdict) {
  const auto digit = std::find_if(verdict.begin(), verdict.end(), is_digit);
  const auto letter = std::find_if(verdict.begin(), verdict.end(), is_letter_or_beyond_ascii);
  const auto at = static_cast<std::size_t>(digit - verdict.begin());
  if (digit < letter) return verdict_by_number(verdict, at);
  if (const auto by_words = verdict_by_words(verdict)) return *by_words;
  return digit == verdict.end() ? 0 : verdict_by_number(verdict, at);
}

}  // namespace ember::non
