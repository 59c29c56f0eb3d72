// Random numbers that are the same on every platform: a SplitMix64 stream started from hashed names.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace ember::simulate {

/// Scrambles 64 bits; neighbouring inputs give unrelated outputs.
constexpr std::uint64_t scramble(std::uint64_t bits) noexcept {
  bits += 0x9e3779b97f4a7c15ULL;
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebULL;
  return bits ^ (bits >> 31U);
}

/// Adds a text to a hash; the length is part of it, so ("ab", "c") and ("a", "bc") differ.
constexpr std::uint64_t hash_with(std::uint64_t seed, std::string_view text) noexcept {
  std::uint64_t hash = scramble(seed ^ text.size());
  for (const char character : text) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3ULL;
  }
  return scramble(hash);
}

/// Adds a number to a hash.
constexpr std::uint64_t hash_with(std::uint64_t seed, std::uint64_t number) noexcept {
  return scramble(seed ^ scramble(number));
}

class RandomStream {
 public:
  explicit constexpr RandomStream(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15ULL;
    return scramble(state_);
  }
  /// In [0, 1).
  constexpr double uniform() noexcept { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  /// In [0, count); the bias of the remainder is far below what a simulation shows.
  constexpr std::size_t below(std::size_t count) noexcept { return static_cast<std::size_t>(next() % count); }
  /// In [first, last].
  constexpr std::int64_t between(std::int64_t first, std::int64_t last) noexcept {
    return first + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(last - first + 1));
  }
  /// Standard normal (Box-Muller, one of the pair).
  double normal() noexcept {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  std::uint64_t state_;
};

}  // namespace ember::simulate
