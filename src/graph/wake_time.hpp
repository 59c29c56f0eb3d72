// What it takes until another thread helps, for all that choose between one thread and several.
#pragma once

#include <cstdint>

namespace ember::xcs {

/// Work that takes less is over before another thread would be awake: sharing it costs more than it saves.
inline constexpr std::uint64_t wake_nanoseconds = 50'000;

}  // namespace ember::xcs
