// Prompt templates of operators that take whatever inputs they are given.
#pragma once

#include <string>

#include <ember/specification.hpp>

namespace ember::non {

/// A template without an input model: which fields it finds shows when it is rendered. Throws
/// InvalidPromptError for a malformed text.
Specification unchecked_template(const std::string& text);

}  // namespace ember::non
