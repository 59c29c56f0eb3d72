// Makes a tree of the spans of a file.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "observe/span.hpp"

namespace ember {

/// What an event says of its parent.
struct ParentId {
  /// The file is ours: no parent is said, so there is none. Otherwise nesting tells.
  bool is_ours = false;
  std::optional<std::int64_t> id = {};
};

/// Sorts the spans, moves their start to zero and sets parents, children, roots and wall time. `parents` goes
/// with the spans as they are now. Parents that are not there, or would make a circle, are none.
void link_spans(SpanList& list, const std::vector<ParentId>& parents);

}  // namespace ember
