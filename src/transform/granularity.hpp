// Granularity: whether a call is about one item of a batch or about a shard of it.
#pragma once

#include <string>

#include <ember/op.hpp>

#include "transform/batch_layout.hpp"

namespace ember::xcs {

enum class Granularity { automatic, item, shard };

/// Throws TransformError, in the name of `transform`, listing the valid names.
Granularity granularity_of(const std::string& name, const std::string& transform);

/// Never `automatic`: where `given` leaves it open, `op` decides by its types, then by what its specification
/// declares of the batched fields.
Granularity granularity_for(const OperatorBase& op, Granularity given, const BatchLayout& layout);

}  // namespace ember::xcs
