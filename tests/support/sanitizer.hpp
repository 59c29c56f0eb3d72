// Which sanitizer the tests are built with: g++ and clang say it in different ways.
#pragma once

namespace ember::testing {

enum class Sanitizer { none, address, thread };

#if defined(__SANITIZE_ADDRESS__)
inline constexpr Sanitizer sanitizer = Sanitizer::address;
#elif defined(__SANITIZE_THREAD__)
inline constexpr Sanitizer sanitizer = Sanitizer::thread;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr Sanitizer sanitizer = Sanitizer::address;
#elif __has_feature(thread_sanitizer)
inline constexpr Sanitizer sanitizer = Sanitizer::thread;
#else
inline constexpr Sanitizer sanitizer = Sanitizer::none;
#endif
#else
inline constexpr Sanitizer sanitizer = Sanitizer::none;
#endif

}  // namespace ember::testing
