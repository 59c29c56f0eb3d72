// Draws Graphviz source with the program `dot`.
#pragma once

#include <string>

namespace ember::cli {

/// The drawing as SVG. Throws DataError when `dot` is not installed, naming its package, or fails.
std::string svg_of_dot(const std::string& source);

}  // namespace ember::cli
