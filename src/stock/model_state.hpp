// What answers of models depend on besides the operator and its input.
#pragma once

#include <string>

namespace ember::non {

/// The parameters that scopes and the process give to model calls, as text, for `state_signature`; empty
/// where nobody has set any.
std::string model_state();

}  // namespace ember::non
