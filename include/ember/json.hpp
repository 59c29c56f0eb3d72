// JSON in and out. Integers are exact to 64 bits, doubles round-trip, only valid UTF-8 passes in either
// direction.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <ember/value.hpp>

namespace ember {

struct JsonOptions {
  /// Deepest nesting of lists and mappings that is accepted.
  std::size_t max_depth = 256;
};

/// The Value of one JSON document. Throws JsonError with line and column for malformed text, invalid UTF-8,
/// trailing content, a key that stands twice, numbers out of range and too deep nesting.
Value parse_json(std::string_view text, JsonOptions options = {});

struct JsonStyle {
  /// Spaces per level; 0 writes everything on one line without spaces.
  int indent = 0;
};

/// JSON text of a Value. Natives are written by their fields, arrays as nested lists. Throws
/// IncompatibleTypeError for a native without fields, a NaN or an infinity, and ValidationError for a string
/// that is not UTF-8; both name the path inside the value.
std::string to_json(const Value& value, JsonStyle style = {});

/// True when `text` is valid UTF-8.
bool is_utf8(std::string_view text) noexcept;

}  // namespace ember
