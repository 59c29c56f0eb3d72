// lower_case: words in which upper and lower case are the same.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace ember {

/// `text` with the letters A to Z in lower case.
inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return lower;
}

}  // namespace ember
