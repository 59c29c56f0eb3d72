// IdSet: which ids have been seen: 16 bytes for each, whatever its length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <ember/value.hpp>

namespace ember::cli {

class IdSet {
 public:
  /// Adds an id. Returns false when it was there.
  bool add(const Value& id);
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;
  [[nodiscard]] std::size_t slot_of(const Key& key) const noexcept;
  void grow();

  // Open addressing; the zero key marks a free slot.
  std::vector<Key> slots_;
  std::size_t size_ = 0;
};

}  // namespace ember::cli
