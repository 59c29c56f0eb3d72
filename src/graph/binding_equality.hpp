// When two bindings are the same expression.
#pragma once

#include <cstddef>

#include <ember/binding.hpp>

namespace ember::xcs {

/// True for the same expression over the same nodes, with literals that nobody can tell apart.
bool is_identical(const Binding& left, const Binding& right);
std::size_t hash_of(const Binding& binding);

/// The hash of the first `length` steps of `path`.
std::size_t hash_of(const Path& path, std::size_t length) noexcept;

}  // namespace ember::xcs
