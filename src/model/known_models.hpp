// The well-known models, for suggestions.
#pragma once

#include <string>
#include <vector>

namespace ember::model {

/// Full ids of the models in the table of known prices.
std::vector<std::string> known_model_ids();

}  // namespace ember::model
