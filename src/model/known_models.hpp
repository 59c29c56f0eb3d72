// The well-known models, for names and suggestions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ember::model {

/// Full ids of the models in the table of known prices.
std::vector<std::string> known_model_ids();

/// True for these, also with a date or options behind.
bool is_known_model(std::string_view id) noexcept;

}  // namespace ember::model
