#include "observe/secrets.hpp"

#include <algorithm>
#include <array>

namespace ember {

namespace {

// Without `-` and `_`, in lower case. A name may have words before these, such as `openai_api_key`.
constexpr std::array<std::string_view, 11> endings = {
    "apikey",    "apisecret",  "apitoken",     "accesstoken", "refreshtoken",   "authtoken",
    "secretkey", "privatekey", "clientsecret", "password",    "secretaccesskey"};
constexpr std::array<std::string_view, 6> whole_names = {
    "authorization", "proxyauthorization", "bearer", "bearertoken", "secret", "passwd"};
constexpr std::size_t longest_name = 64;

constexpr bool is_key_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

constexpr bool is_token_character(char c) noexcept {
  return is_key_character(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

constexpr char lowered(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

template <class Predicate>
std::size_t run_length(std::string_view text, std::size_t start, Predicate is_wanted) noexcept {
  std::size_t end = start;
  while (end < text.size() && is_wanted(text[end])) ++end;
  return end - start;
}

bool starts_word(std::string_view text, std::size_t place) noexcept {
  return place == 0 || !is_key_character(text[place - 1]);
}

/// `sk-...`, with at least 20 characters in all.
SecretPlace key_at(std::string_view text, std::size_t place) noexcept {
  constexpr std::size_t shortest = 20;
  if (text.substr(place, 3) != "sk-" || !starts_word(text, place)) return {};
  const std::size_t length = run_length(text, place, is_key_character);
  return {place, length >= shortest ? length : 0};
}

/// What follows `Bearer `; short words are language: "bearer of news".
SecretPlace token_at(std::string_view text, std::size_t place) noexcept {
  constexpr std::string_view introduction = "bearer ";
  constexpr std::size_t shortest = 8;
  const std::string_view found = text.substr(place, introduction.size());
  if (!std::ranges::equal(found, introduction, {}, lowered) || !starts_word(text, place)) return {};
  const std::size_t start = place + introduction.size();
  const std::size_t length = run_length(text, start, is_token_character);
  return {start, length >= shortest ? length : 0};
}

}  // namespace

bool names_secret(std::string_view name) noexcept {
  char plain[longest_name];
  std::size_t length = 0;
  for (const char c : name) {
    if (c == '-' || c == '_') continue;
    if (length == longest_name) return false;
    plain[length++] = lowered(c);
  }
  const std::string_view found(plain, length);
  return std::ranges::find(whole_names, found) != whole_names.end() ||
         std::ranges::any_of(endings, [&](std::string_view ending) { return found.ends_with(ending); });
}

SecretPlace find_secret(std::string_view text, std::size_t from, std::size_t until) noexcept {
  for (std::size_t place = from; place < std::min(until, text.size()); ++place) {
    const char c = text[place];
    if (c != 's' && c != 'b' && c != 'B') continue;
    const SecretPlace found = c == 's' ? key_at(text, place) : token_at(text, place);
    if (found.length != 0) return found;
  }
  return {};
}

std::string without_secrets(std::string_view text) {
  std::string shown;
  std::size_t done = 0;
  while (true) {
    const SecretPlace secret = find_secret(text, done, text.size());
    if (secret.length == 0) return shown += text.substr(done);
    (shown += text.substr(done, secret.start - done)) += masked;
    done = secret.start + secret.length;
  }
}

}  // namespace ember
