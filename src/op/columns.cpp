#include <ember/columns.hpp>

#include <algorithm>
#include <new>

namespace ember {

bool Columns::is_batched(std::size_t position) const noexcept {
  return std::find(batched_.begin(), batched_.end(), position) != batched_.end();
}

bool Columns::is_batched(std::string_view field) const noexcept {
  if (form_ != Form::fields) return false;
  const auto& fields = inputs_.fields();
  return std::any_of(batched_.begin(), batched_.end(),
                     [&](std::size_t position) { return fields[position].first == field; });
}

const Value& Columns::argument(std::size_t position) const {
  return form_ == Form::arguments ? inputs_.items().at(position) : inputs_;
}

Value Columns::item(std::size_t index) const {
  if (form_ == Form::value) return inputs_[index];
  if (form_ == Form::arguments) {
    std::vector<Value> arguments = inputs_.items();
    for (const std::size_t position : batched_) arguments[position] = arguments[position][index];
    return Value::list(std::move(arguments));
  }
  auto fields = inputs_.fields();
  for (const std::size_t position : batched_) fields[position].second = fields[position].second[index];
  return Value::mapping(std::move(fields));
}

Value Columns::in_kind_of_inputs(Value array) const {
  const auto is_list = [this](std::size_t position) {
    return (form_ == Form::fields ? inputs_.fields()[position].second : argument(position)).is_list();
  };
  if (!std::all_of(batched_.begin(), batched_.end(), is_list)) return array;
  std::vector<Value> items;
  items.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) items.push_back(array[i]);
  return Value::list(std::move(items));
}

Columns Columns::with_memory(std::shared_ptr<ColumnMemory> memory) const {
  Columns columns = *this;
  columns.memory_ = std::move(memory);
  return columns;
}

std::shared_ptr<void> Columns::take_memory(ElementType type) const {
  return memory_ ? memory_->take(type) : allocate_elements(type, size_);
}

std::shared_ptr<void> allocate_elements(ElementType type, std::size_t elements) {
  // Never null: a column without items is still an array.
  const std::size_t bytes = std::max<std::size_t>(1, elements) * size_of(type);
  return {::operator new(bytes), [](void* memory) { ::operator delete(memory); }};
}

}  // namespace ember
