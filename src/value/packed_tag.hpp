// What the packer writes and the unpacker reads.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <ember/array.hpp>

namespace ember {

static_assert(std::endian::native == std::endian::little,
              "packed values hold arrays as they are in memory, and that is little endian");

enum class PackedTag : std::uint8_t {
  null,
  no,
  yes,
  integer,
  number,
  string,
  list,
  mapping,
  array,
  large_string,
  large_array,
};

/// What every packed value starts with; the last byte is the version.
inline constexpr std::array<std::byte, 4> packed_magic = {std::byte{'E'}, std::byte{'m'}, std::byte{'V'},
                                                          std::byte{1}};
/// The magic and the length of the structure.
inline constexpr std::size_t packed_header_bytes = packed_magic.size() + sizeof(std::uint64_t);
/// Deeper values would need more stack than a small thread has.
inline constexpr std::size_t deepest_packed = 1000;

}  // namespace ember
