// Two mappings, or natives with fields, as one. Takes time in proportion to their fields.
#pragma once

#include <ember/value.hpp>

namespace ember {

/// The fields of `lower`, in their order, with what `upper` says of them, and then those that `upper` alone
/// has. Throws IncompatibleTypeError when one has no fields.
Value overlay(const Value& lower, const Value& upper);

/// The fields of `upper`, and then those that `lower` alone has; `upper` itself when there are none. Throws
/// as `overlay` does.
Value with_missing_fields(const Value& upper, const Value& lower);

}  // namespace ember
