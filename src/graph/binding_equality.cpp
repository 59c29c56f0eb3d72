#include "graph/binding_equality.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "value/exact_value.hpp"

namespace ember::xcs {
namespace {

std::size_t mixed(std::size_t seed, std::size_t hash) noexcept {
  return (seed ^ hash) * 0x9E3779B97F4A7C15U + (seed >> 29U);
}

/// Shallow, so that it is cheap: equality tells the rest.
std::size_t hash_of(const Value& value) {
  const auto kind = static_cast<std::size_t>(value.kind());
  switch (value.kind()) {
    case Kind::boolean:
      return mixed(kind, value.boolean() ? 1 : 0);
    case Kind::integer:
      return mixed(kind, static_cast<std::size_t>(value.integer()));
    case Kind::string:
      return mixed(kind, std::hash<std::string_view>()(value.string()));
    case Kind::list:
    case Kind::mapping:
      return mixed(kind, value.size());
    default:
      return kind;
  }
}

}  // namespace

std::size_t hash_of(const Path& path, std::size_t length) noexcept {
  std::size_t hash = length;
  for (std::size_t step = 0; step < length; ++step) hash = mixed(hash, std::hash<PathStep>()(path[step]));
  return hash;
}

bool is_identical(const Binding& left, const Binding& right) {
  if (left.form != right.form || left.node != right.node || left.path != right.path) return false;
  if (!is_exactly(left.literal, right.literal)) return false;
  return std::equal(left.parts.begin(), left.parts.end(), right.parts.begin(), right.parts.end(),
                    [](const auto& part, const auto& other) {
                      return part.first == other.first && is_identical(part.second, other.second);
                    });
}

std::size_t hash_of(const Binding& binding) {
  std::size_t hash = mixed(static_cast<std::size_t>(binding.form), binding.node);
  hash = mixed(hash, hash_of(binding.path, binding.path.size()));
  hash = mixed(hash, hash_of(binding.literal));
  for (const auto& [name, part] : binding.parts)
    hash = mixed(mixed(hash, std::hash<std::string>()(name)), hash_of(part));
  return hash;
}

}  // namespace ember::xcs
