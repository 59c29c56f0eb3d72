// Fingerprint: 128 bits that stand for the content of a Value, for caches. Not meant to withstand an
// attacker.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <ember/value.hpp>

namespace ember {

/// Equal Values have equal fingerprints; different ones differ, with a chance of error near 2^-128 per pair.
/// The same in every process on every platform.
struct Fingerprint {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const Fingerprint&) const = default;
  /// 32 hexadecimal digits, lower case.
  [[nodiscard]] std::string to_string() const;
};

/// The fingerprint of `value`; none when it contains a native without fields, or is nested deeper than 1000
/// levels.
std::optional<Fingerprint> fingerprint(const Value& value);

/// The fingerprint of two contents in this order.
Fingerprint combine(const Fingerprint& first, const Fingerprint& second) noexcept;

}  // namespace ember

template <>
struct std::hash<ember::Fingerprint> {
  std::size_t operator()(const ember::Fingerprint& fingerprint) const noexcept {
    return static_cast<std::size_t>(fingerprint.low);
  }
};
