// The parts of a model's name: `provider:model?options`.
#pragma once

#include <string_view>

namespace ember::model {

struct ModelName {
  /// Empty when the name is bare.
  std::string_view prefix{};
  /// Without prefix, options included.
  std::string_view rest{};
  /// Without prefix and options.
  std::string_view base{};
};

/// Views into `name`.
inline ModelName split_name(std::string_view name) noexcept {
  ModelName parts;
  const auto colon = name.find(':');
  parts.rest = name;
  if (colon != std::string_view::npos && colon > 0) {
    parts.prefix = name.substr(0, colon);
    parts.rest = name.substr(colon + 1);
  }
  parts.base = parts.rest.substr(0, parts.rest.find('?'));
  return parts;
}

/// The provider that a bare name such as `gpt-4o` belongs to by its beginning; empty when it tells none.
inline std::string_view provider_of_bare(std::string_view name) noexcept {
  if (name.starts_with("gpt")) return "openai";
  if (name.starts_with("claude")) return "anthropic";
  if (name.starts_with("gemini")) return "deepmind";
  return {};
}

}  // namespace ember::model
