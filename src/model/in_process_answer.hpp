// What providers without a network share: token counts and answers in pieces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <ember/provider.hpp>

namespace ember::model {

/// About as many tokens as a usual tokenizer would count: four bytes each, none for an empty text.
std::int64_t count_tokens(std::string_view text) noexcept;

/// The completion of `text`, its tokens counted.
Completion answer_with(const ModelRequest& request, std::string text);

/// `text` cut behind its spaces.
std::vector<std::string> pieces_of(std::string_view text);

}  // namespace ember::model
