#include "workflow/reference.hpp"

#include <charconv>
#include <cstddef>

namespace ember::workflow {
namespace {

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Takes the name that `rest` starts with.
std::string take_name(std::string_view& rest) {
  std::size_t length = 0;
  while (length < rest.size() && is_name_character(rest[length])) ++length;
  std::string name(rest.substr(0, length));
  rest.remove_prefix(length);
  return name;
}

std::optional<std::size_t> take_index(std::string_view& rest) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), index);
  if (error != std::errc() || end == rest.data() + rest.size() || *end != ']') return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
  return index;
}

}  // namespace

std::optional<Reference> parse_reference(std::string_view text) {
  Reference reference;
  reference.root = take_name(text);
  if (reference.root.empty()) return std::nullopt;
  while (!text.empty()) {
    if (text.front() == '.') {
      text.remove_prefix(1);
      std::string field = take_name(text);
      if (field.empty()) return std::nullopt;
      reference.path.emplace_back(std::move(field));
    } else if (text.front() == '[') {
      const auto index = take_index(text);
      if (!index) return std::nullopt;
      reference.path.emplace_back(*index);
    } else {
      return std::nullopt;
    }
  }
  return reference;
}

bool is_name(std::string_view text) noexcept {
  for (const char c : text) {
    if (!is_name_character(c)) return false;
  }
  return !text.empty();
}

}  // namespace ember::workflow
