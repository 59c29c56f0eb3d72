// References: `row.question`, `panel.responses[0]`: which part of what.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <ember/var.hpp>

namespace ember::workflow {

/// The name that stands for the row in references.
inline constexpr std::string_view row_name = "row";

struct Reference {
  /// `row`, or the name of a step.
  std::string root;
  Path path;

  [[nodiscard]] bool is_row() const { return root == row_name; }
};

/// Reads `name`, `name.field`, `name.list[0].field`; none for other texts.
std::optional<Reference> parse_reference(std::string_view text);

/// True for letters, digits, `_` and `-`, at least one.
bool is_name(std::string_view text) noexcept;

}  // namespace ember::workflow
