#include "simulate/token_pieces.hpp"

namespace ember::simulate {

namespace {

constexpr std::size_t most_letters = 7;

bool is_space(char character) {
  return character == ' ' || character == '\n' || character == '\t' || character == '\r';
}
bool is_continuation(char character) {
  return (static_cast<unsigned char>(character) & 0xc0U) == 0x80U;
}
bool is_word(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || static_cast<unsigned char>(character) >= 0x80U;
}

}  // namespace

std::size_t token_end(std::string_view text, std::size_t first) noexcept {
  std::size_t at = first;
  while (at < text.size() && is_space(text[at])) ++at;
  if (at == text.size()) return at;
  if (!is_word(text[at])) return at + 1;
  for (std::size_t letters = 0; at < text.size() && is_word(text[at]); ++at) {
    if (is_continuation(text[at])) continue;
    if (++letters > most_letters) break;
  }
  return at;
}

std::size_t count_tokens(std::string_view text) noexcept {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at = token_end(text, at)) ++count;
  return count;
}

std::string_view first_tokens(std::string_view text, std::size_t count) noexcept {
  std::size_t at = 0;
  for (std::size_t token = 0; token < count && at < text.size(); ++token) at = token_end(text, at);
  return text.substr(0, at);
}

}  // namespace ember::simulate
