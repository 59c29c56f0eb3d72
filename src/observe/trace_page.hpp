// The page that shows a trace: one HTML file with everything in it.
#pragma once

#include <string>
#include <string_view>

#include "observe/span.hpp"

namespace ember {

/// `title` is shown on top, such as the name of the file.
std::string trace_page(const SpanList& list, std::string_view title);

}  // namespace ember
