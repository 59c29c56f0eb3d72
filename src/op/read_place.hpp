// The source line of a look at data, for those who write down where a composite looks.
#pragma once

#include <source_location>
#include <string>

namespace ember {

/// `router.cpp:41`: where the calling thread looks at data; empty when nobody said so.
std::string read_place();

/// The calling thread looks at data for `place` while this lives. Lifetime of `place`: longer.
class ReadPlaceScope {
 public:
  explicit ReadPlaceScope(const std::source_location& place) noexcept;
  ~ReadPlaceScope();
  ReadPlaceScope(const ReadPlaceScope&) = delete;
  ReadPlaceScope& operator=(const ReadPlaceScope&) = delete;

 private:
  const std::source_location* outer_;
};

}  // namespace ember
