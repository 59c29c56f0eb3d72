// The text of the page around its data, made from src/observe/page/ when the build is configured.
#pragma once

#include <string_view>

namespace ember {

/// Everything before the data, and everything after it.
extern const std::string_view page_head;
extern const std::string_view page_end;

}  // namespace ember
