// How the errors of the standard library and of `ember/error.hpp` travel.
#pragma once

#include <vector>

#include "value/error_value.hpp"

namespace ember {

/// The forms that are known from the start.
std::vector<ErrorForm> basic_error_forms();

}  // namespace ember
