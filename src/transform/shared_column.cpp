#include "transform/shared_column.hpp"

#include <atomic>
#include <utility>

namespace ember::xcs {

class SharedColumn::Part final : public ColumnMemory {
 public:
  Part(std::shared_ptr<SharedColumn> column, ItemRange items) : column_(std::move(column)), items_(items) {}
  std::shared_ptr<void> take(ElementType type) override {
    std::shared_ptr<void> memory;
    if (!is_taken_.exchange(true)) memory = column_->place(type, items_.first);
    return memory ? memory : allocate_elements(type, items_.last - items_.first);
  }

 private:
  const std::shared_ptr<SharedColumn> column_;
  const ItemRange items_;
  std::atomic<bool> is_taken_ = false;
};

std::shared_ptr<ColumnMemory> SharedColumn::part(ItemRange items) {
  return std::make_shared<Part>(shared_from_this(), items);
}

std::shared_ptr<void> SharedColumn::place(ElementType type, std::size_t first) {
  const std::lock_guard lock(mutex_);
  if (!memory_) {
    memory_ = allocate_elements(type, items_);
    type_ = type;
  }
  if (type != type_) return nullptr;
  return {memory_, static_cast<std::byte*>(memory_.get()) + first * size_of(type)};
}

Value SharedColumn::whole(const std::vector<Value>& parts) const {
  const std::lock_guard lock(mutex_);
  const auto* place = static_cast<const std::byte*>(memory_.get());
  std::size_t items = 0;
  for (const Value& part : parts) {
    const bool is_in_place = place && part.is_array() && part.array().shape().size() == 1 &&
                             part.array().element_type() == type_ && part.array().raw() == place;
    if (!is_in_place) return {};
    items += part.size();
    place += part.array().bytes();
  }
  if (items != items_) return {};
  return Array(type_, {items_}, memory_, items_);
}

}  // namespace ember::xcs
