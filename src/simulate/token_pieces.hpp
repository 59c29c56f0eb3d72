// Cuts a text into pieces that stand in for tokens: they count usage and are what a stream sends one by one.
#pragma once

#include <cstddef>
#include <string_view>

namespace ember::simulate {

/// The end of the token that starts at `first`: leading white space with up to seven letters or digits, or
/// with one other character. Never inside a UTF-8 sequence. `first` is below the size.
std::size_t token_end(std::string_view text, std::size_t first) noexcept;

std::size_t count_tokens(std::string_view text) noexcept;

/// The first `count` tokens of the text.
std::string_view first_tokens(std::string_view text, std::size_t count) noexcept;

}  // namespace ember::simulate
