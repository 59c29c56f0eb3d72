// The most that one call of a model can take.
#pragma once

#include <ember/call_bound.hpp>
#include <ember/model.hpp>

namespace ember::non {

/// From the parameters in force on this thread and what the model's registry knows: price and length of the
/// context.
CallBound model_bound(const Model& model) noexcept;

}  // namespace ember::non
