// Values as people see them in traces: JSON text of bounded size, without secrets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <ember/value.hpp>

namespace ember {

struct ShownLimits {
  /// Bytes of text, more or less: what is cut says so in a few bytes more.
  std::size_t bytes = 2048;
  /// Levels of lists and mappings.
  std::size_t depth = 24;
};

/// JSON text of `value`, always valid, whatever the value holds. Long texts end with `... (+N bytes)`; of
/// long lists and mappings the first items are there, with the number of the others. The fields of a mapping
/// share the room, so that a large one does not hide those after it. A native without fields is `<TypeName>`;
/// numbers that JSON does not know are texts, bytes that are no UTF-8 become U+FFFD. Secrets are masked: the
/// values of fields named like one, and what looks like a key inside texts (secrets.hpp). Costs what is
/// shown, not what the value holds; only the fields of natives are read as a whole.
std::string shown_json(const Value& value, ShownLimits limits = {});

/// A JSON string of `text`, in quotes, cut and masked in the same way.
std::string shown_json_text(std::string_view text, std::size_t most_bytes = 2048);

}  // namespace ember
