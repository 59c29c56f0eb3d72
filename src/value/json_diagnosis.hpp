// Finds where and why a text is not acceptable JSON. Slow and exact: runs only after the fast reader has
// refused.
#pragma once

#include <string_view>

#include <ember/json.hpp>

namespace ember {

/// Throws the JsonError of the first fault in `text`; when there is none, one that says `fallback`.
[[noreturn]] void throw_json_error(std::string_view text, const JsonOptions& options,
                                   std::string_view fallback);

}  // namespace ember
