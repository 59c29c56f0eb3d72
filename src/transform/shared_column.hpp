// SharedColumn: one array that the chunks of a batch write their outputs to, side by side.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include <ember/columns.hpp>
#include <ember/transform_error.hpp>
#include <ember/value.hpp>

namespace ember::xcs {

/// Thread-safe.
class SharedColumn : public std::enable_shared_from_this<SharedColumn> {
 public:
  explicit SharedColumn(std::size_t items) : items_(items) {}

  /// Memory for the chunk of `items`: the first time that of its place, afterwards some of its own.
  [[nodiscard]] std::shared_ptr<ColumnMemory> part(ItemRange items);
  /// The array of all items, when `parts` are what the chunks wrote to their places; else null.
  [[nodiscard]] Value whole(const std::vector<Value>& parts) const;

 private:
  class Part;
  /// Null when the array has another element type.
  [[nodiscard]] std::shared_ptr<void> place(ElementType type, std::size_t first);

  const std::size_t items_;
  mutable std::mutex mutex_;
  std::shared_ptr<void> memory_;
  ElementType type_ = ElementType::float64;
};

}  // namespace ember::xcs
