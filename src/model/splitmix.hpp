// Seeded random bits that are the same on every platform.
#pragma once

#include <cstdint>
#include <string_view>

namespace ember::model {

/// Spreads `bits` over all 64 bits (the finaliser of splitmix64).
constexpr std::uint64_t mix(std::uint64_t bits) noexcept {
  bits += 0x9e3779b97f4a7c15ULL;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
  return bits ^ (bits >> 31);
}

/// A hash of `text` that continues `seed`.
constexpr std::uint64_t mix(std::uint64_t seed, std::string_view text) noexcept {
  std::uint64_t hash = seed ^ 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix(hash);
}

/// A number in [0, 1) from random bits.
constexpr double unit_interval(std::uint64_t bits) noexcept {
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

}  // namespace ember::model
