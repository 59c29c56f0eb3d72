// Columns: the items of a batch side by side, for operators that answer all of them at once.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <ember/array.hpp>
#include <ember/fields.hpp>
#include <ember/value.hpp>
#include <ember/value_path.hpp>

namespace ember {

/// An array of one number per item, and the memory that it shows. Lifetime: `elements` lives as long as any
/// copy of `array`.
template <ArrayElement T>
struct ColumnOutput {
  /// Not initialised. To be written before anybody else reads `array`.
  std::span<T> elements;
  Value array;
};

/// Where the outputs of several parts of one batch are written side by side. Internal: given by the engine.
class ColumnMemory {
 public:
  virtual ~ColumnMemory() = default;
  /// Memory for the numbers of one part.
  virtual std::shared_ptr<void> take(ElementType type) = 0;
};

/// Some or all items of a batch. Immutable, keeps the batch alive, copies no arrays. Thread-safe.
class Columns {
 public:
  /// What one input of the operator is: one value, a mapping of fields, or a list of arguments.
  enum class Form { value, fields, arguments };

  /// `batched`: positions of the fields or arguments of `inputs` that hold one entry per item; of a `value`,
  /// 0.
  Columns(Form form, Value inputs, std::size_t size, std::vector<std::size_t> batched)
      : form_(form), inputs_(std::move(inputs)), size_(size), batched_(std::move(batched)) {}

  [[nodiscard]] Form form() const noexcept { return form_; }
  /// In the form of one input. Batched parts are lists, or arrays with one row, of `size()` entries; all
  /// other parts are as every item has them.
  [[nodiscard]] const Value& inputs() const noexcept { return inputs_; }
  /// Number of items.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// True when the argument at `position` has an entry for each item, false when all have the same.
  [[nodiscard]] bool is_batched(std::size_t position = 0) const noexcept;
  /// The same for a field; false also where there is no such field.
  [[nodiscard]] bool is_batched(std::string_view field) const noexcept;
  /// The argument at `position`: `inputs()` itself where there is one.
  [[nodiscard]] const Value& argument(std::size_t position) const;
  /// The input of the call for the item at `index`.
  [[nodiscard]] Value item(std::size_t index) const;

  /// A new array with one number per item: what an operator answers with, to be written once.
  template <ArrayElement T>
  [[nodiscard]] ColumnOutput<T> new_array() const {
    const std::shared_ptr<void> memory = take_memory(element_type_of<T>());
    return {{static_cast<T*>(memory.get()), size_}, Array(element_type_of<T>(), {size_}, memory, size_)};
  }
  /// `array` as a list where all batched parts are lists, else as it is.
  [[nodiscard]] Value in_kind_of_inputs(Value array) const;
  /// The same items with outputs written to `memory`.
  [[nodiscard]] Columns with_memory(std::shared_ptr<ColumnMemory> memory) const;

 private:
  [[nodiscard]] std::shared_ptr<void> take_memory(ElementType type) const;

  Form form_;
  Value inputs_;
  std::size_t size_;
  std::vector<std::size_t> batched_;
  std::shared_ptr<ColumnMemory> memory_;
};

/// Memory for `elements` numbers, not initialised.
std::shared_ptr<void> allocate_elements(ElementType type, std::size_t elements);

/// One argument of a numeric operator as contiguous numbers, one per item: in place where it is an array of
/// that type, otherwise converted; a constant is repeated. Keeps the argument alive.
template <ArrayElement T>
class NumberColumn {
 public:
  /// Throws ValidationError naming the position of what is no such number.
  NumberColumn(const Columns& columns, std::size_t position) : column_(columns.argument(position)) {
    if (!columns.is_batched(position)) {
      converted_.assign(columns.size(), from_value<T>(column_));
    } else if (is_array_of_numbers()) {
      elements_ = column_.array().template data<T>();
      return;
    } else {
      convert();
    }
    elements_ = converted_;
  }
  NumberColumn(const NumberColumn&) = delete;
  NumberColumn& operator=(const NumberColumn&) = delete;

  /// Lifetime: that of this object.
  [[nodiscard]] std::span<const T> elements() const noexcept { return elements_; }

 private:
  [[nodiscard]] bool is_array_of_numbers() const {
    return column_.is_array() && column_.array().shape().size() == 1 &&
           column_.array().element_type() == element_type_of<T>();
  }
  void convert() {
    const ValuePath path;
    const std::size_t size = column_.size();
    converted_.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      const ValuePath place(path, i);
      converted_.push_back(column_.is_list() ? read_value<T>(column_.items()[i], place)
                                             : read_value<T>(column_[i], place));
    }
  }

  Value column_;
  std::vector<T> converted_;
  std::span<const T> elements_;
};

}  // namespace ember
