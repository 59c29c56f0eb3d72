// Composition: what the registered parts of an operator tell about it, walked once, when it is wrapped.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <ember/op.hpp>

namespace ember::xcs {

struct Composition {
  /// The operator itself and the composites in it, as far as their classes have a signature. Mostly none.
  std::vector<const OperatorBase*> signing = {};
  /// Number of leaves. Nothing where a composite registers no parts: it may have them elsewhere.
  std::optional<std::size_t> leaves = 0;
};

/// Composites inside do not count when `is_recursive` is false: their calls are their own.
Composition composition_of(const OperatorBase& root, bool is_recursive);

}  // namespace ember::xcs
