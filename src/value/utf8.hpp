// Single UTF-8 characters, for the places that need positions; whole texts are checked by `is_utf8`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ember {

/// Bytes of the character that `text` starts with, 0 when it is not valid UTF-8 (or there is none).
std::size_t utf8_length(std::string_view text) noexcept;
/// Appends the character `code`, which is a Unicode scalar value.
void append_utf8(std::string& text, std::uint32_t code);

}  // namespace ember
