// ReadyNodes: the nodes of a run that may start, the most urgent one first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace ember::xcs {

/// A priority queue that is cheap where nodes come in the order in which they leave, as those of a fan-out
/// do: they wait in a row. Only what comes out of order goes through a heap.
class ReadyNodes {
  struct IsLater {
    const std::uint32_t* ranks = nullptr;
    bool operator()(std::uint32_t left, std::uint32_t right) const noexcept {
      return ranks ? ranks[left] > ranks[right] : left > right;
    }
  };

 public:
  /// Lifetime of `memory`: that of the queue.
  explicit ReadyNodes(std::pmr::memory_resource* memory) : row_(memory), heap_(memory) {}

  /// Makes room for `count` nodes, in whatever order they come.
  void reserve(std::size_t count) {
    row_.reserve(count);
    heap_.reserve(count);
  }
  /// The smaller of `ranks[node]`, the more urgent; null: the smaller of the nodes. Only while empty.
  void set_ranks(const std::uint32_t* ranks) noexcept { is_later_ = {ranks}; }

  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return row_.size() - first_ + heap_.size(); }
  /// The most urgent node. Only when not empty.
  [[nodiscard]] std::uint32_t front() const noexcept { return is_row_next() ? row_[first_] : heap_.front(); }

  void push(std::uint32_t node) {
    if (first_ == row_.size()) {
      row_.clear();
      first_ = 0;
    }
    if (row_.empty() || is_later_(node, row_.back())) {
      row_.push_back(node);
      return;
    }
    heap_.push_back(node);
    std::push_heap(heap_.begin(), heap_.end(), is_later_);
  }
  std::uint32_t pop() noexcept {
    if (is_row_next()) return row_[first_++];
    std::pop_heap(heap_.begin(), heap_.end(), is_later_);
    const std::uint32_t node = heap_.back();
    heap_.pop_back();
    return node;
  }
  void clear() noexcept {
    row_.clear();
    heap_.clear();
    first_ = 0;
  }
  /// Takes out all nodes with a number above `last`.
  void drop_after(std::uint32_t last) {
    const auto is_after = [last](std::uint32_t node) { return node > last; };
    row_.erase(row_.begin(), row_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
    std::erase_if(row_, is_after);
    std::erase_if(heap_, is_after);
    std::make_heap(heap_.begin(), heap_.end(), is_later_);
  }

 private:
  [[nodiscard]] bool is_row_next() const noexcept {
    if (first_ == row_.size()) return false;
    return heap_.empty() || is_later_(heap_.front(), row_[first_]);
  }

  IsLater is_later_;
  /// In order, from `first_` on.
  std::pmr::vector<std::uint32_t> row_;
  std::size_t first_ = 0;
  std::pmr::vector<std::uint32_t> heap_;
};

}  // namespace ember::xcs
