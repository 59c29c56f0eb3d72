// What must not be shown to people who read traces: keys and passwords.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ember {

/// What stands in place of a secret.
inline constexpr std::string_view masked = "<masked>";

/// True for the names that secrets go by, such as `api_key`, `x-api-key` or `Authorization`: in any case,
/// with
/// `-`, `_` or nothing between the words.
bool names_secret(std::string_view name) noexcept;

/// Where a secret stands in a text; `length` 0 when there is none.
struct SecretPlace {
  std::size_t start = 0;
  std::size_t length = 0;
};
/// The first part of `text` that looks like a key and starts at `from` or later, and before `until`: `sk-`
/// and at least 17 more characters, or what follows `Bearer `. Looks at little more than that part of the
/// text.
SecretPlace find_secret(std::string_view text, std::size_t from, std::size_t until) noexcept;

/// `text` with its keys masked.
std::string without_secrets(std::string_view text);

}  // namespace ember
