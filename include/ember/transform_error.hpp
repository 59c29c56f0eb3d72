// The errors of transformed operators: which item, shard or device failed, and why.
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <ember/error.hpp>

namespace ember::xcs {

/// Items of a batch, from `first` to before `last`.
struct ItemRange {
  std::size_t first = 0;
  std::size_t last = 0;

  friend bool operator==(const ItemRange&, const ItemRange&) = default;
};

/// `item 3`, `items 4-7`.
std::string to_string(const ItemRange& items);

/// An item of a vmap failed: `[vmap] item 1 failed: boom`. `cause()` is what the operator threw. Of several
/// failing items it is the first in the batch; all items before it were attempted.
class ItemError : public TransformError {
 public:
  ItemError(ItemRange items, const std::exception_ptr& cause);
  /// Position of the failed item. Of a call for several items, the first of them.
  [[nodiscard]] std::size_t index() const noexcept { return items_.first; }
  [[nodiscard]] const ItemRange& items() const noexcept { return items_; }

 private:
  ItemRange items_;
};

/// A shard or item of a pmap failed: `[pmap] shard 1 (items 2-3) failed: boom`. `cause()` is what the
/// operator threw. Of several failures it is the first in the batch.
class ParallelExecutionError : public XCSError {
 public:
  explicit ParallelExecutionError(const std::string& message) : XCSError(message, Errc::parallel_execution) {}
  /// For the part of the batch that worker `shard` had.
  static ParallelExecutionError for_worker(std::size_t shard, ItemRange items,
                                           const std::exception_ptr& cause);
  /// The same of a failure without an exception: `[pmap] shard 1 (items 2-3) failed: message`, and no cause.
  static ParallelExecutionError for_worker(std::size_t shard, ItemRange items, std::string_view message);

  [[nodiscard]] std::size_t shard() const noexcept { return shard_; }
  /// The items that the failed call was about.
  [[nodiscard]] const ItemRange& items() const noexcept { return items_; }
  [[nodiscard]] std::size_t index() const noexcept { return items_.first; }

 private:
  std::size_t shard_ = 0;
  ItemRange items_;
};

/// A device of a mesh failed: `[mesh_sharded] device (1, 0) failed on items 2-3: boom`.
class MeshShardingError : public TransformError {
 public:
  MeshShardingError(std::vector<std::size_t> coordinates, ItemRange items, const std::exception_ptr& cause);
  /// Where the device stands in the mesh.
  [[nodiscard]] const std::vector<std::size_t>& coordinates() const noexcept { return coordinates_; }
  [[nodiscard]] const ItemRange& items() const noexcept { return items_; }

 private:
  std::vector<std::size_t> coordinates_;
  ItemRange items_;
};

}  // namespace ember::xcs
