// Comparing values as a program could: nothing that it can tell apart is the same.
#pragma once

#include <ember/value.hpp>

namespace ember {

/// True when nobody can tell the two apart: kinds, order of fields and the sign of zero count, unlike for
/// `==`. Objects count by type and fields, as for caches; those without fields are equal to themselves alone.
bool is_exactly(const Value& left, const Value& right);

/// False for what holds an object without fields, or is nested too deep.
bool is_comparable(const Value& value);

}  // namespace ember
