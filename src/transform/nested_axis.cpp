#include "transform/nested_axis.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <utility>

#include <ember/array.hpp>
#include <ember/error.hpp>

namespace ember::xcs {
namespace {

std::size_t product(const std::vector<std::size_t>& lengths, std::size_t from, std::size_t to) {
  return std::accumulate(lengths.begin() + static_cast<std::ptrdiff_t>(from),
                         lengths.begin() + static_cast<std::ptrdiff_t>(to), std::size_t{1},
                         std::multiplies<>());
}

/// An array of that type and shape, from bytes that `fill` writes.
template <class Fill>
Value made_array(ElementType type, std::vector<std::size_t> shape, const Fill& fill) {
  const std::size_t elements = product(shape, 0, shape.size());
  auto bytes = std::make_shared<std::vector<std::byte>>(elements * size_of(type));
  fill(bytes->data());
  const std::byte* const start = bytes->data();
  return Array(type, std::move(shape), std::shared_ptr<const void>(std::move(bytes), start), elements);
}

/// Positions `[first, last)` along `axis`, copied into one block. `keeps_axis`: the axis stays.
Value gathered(const Array& array, std::size_t axis, std::size_t first, std::size_t last, bool keeps_axis) {
  std::vector<std::size_t> shape = array.shape();
  const std::size_t length = shape[axis];
  const std::size_t outer = product(shape, 0, axis);
  const std::size_t inner = product(shape, axis + 1, shape.size()) * size_of(array.element_type());
  if (keeps_axis) {
    shape[axis] = last - first;
  } else {
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  const auto* const source = static_cast<const std::byte*>(array.raw());
  return made_array(array.element_type(), std::move(shape), [&](std::byte* target) {
    const std::size_t block = (last - first) * inner;
    if (block == 0) return;
    for (std::size_t row = 0; row < outer; ++row) {
      std::memcpy(target + row * block, source + (row * length + first) * inner, block);
    }
  });
}

/// Positions `[first, last)` along `axis`, copied into one block in which they stand along the front.
Value moved_to_front(const Array& array, std::size_t axis, std::size_t first, std::size_t last) {
  std::vector<std::size_t> shape = array.shape();
  const std::size_t length = shape[axis];
  const std::size_t outer = product(shape, 0, axis);
  const std::size_t inner = product(shape, axis + 1, shape.size()) * size_of(array.element_type());
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.begin(), last - first);
  const auto* const source = static_cast<const std::byte*>(array.raw());
  return made_array(array.element_type(), std::move(shape), [&](std::byte* target) {
    if (inner == 0) return;
    for (std::size_t item = first; item < last; ++item) {
      for (std::size_t row = 0; row < outer; ++row, target += inner) {
        std::memcpy(target, source + (row * length + item) * inner, inner);
      }
    }
  });
}

/// Throws when the lists or arrays at the level of `axis` are missing or differ in length.
void require_rectangular(const Value& value, std::size_t axis, std::size_t length, const std::string& what,
                         const std::string& transform) {
  const bool is_array = value.is_array();
  if (!has_axes(value) || (is_array && value.array().shape().size() <= axis)) {
    throw TransformError::for_transform(transform, "axis is out of range for " + what + ": a " +
                                                       std::string(to_string(value.kind())) +
                                                       " stands where a list is needed");
  }
  if (is_array || axis == 0) {
    if (const std::size_t found = length_along(value, axis); found != length)
      throw TransformError::for_transform(transform, what + " is ragged along the axis: lists of " +
                                                         std::to_string(length) + " and of " +
                                                         std::to_string(found) + " items");
    return;
  }
  for (const Value& item : value.items()) require_rectangular(item, axis - 1, length, what, transform);
}

template <class Take>
Value for_each_item(const Value& nested, const Take& take) {
  std::vector<Value> taken;
  taken.reserve(nested.size());
  for (std::size_t i = 0; i < nested.size(); ++i) taken.push_back(take(nested[i]));
  return Value::list(std::move(taken));
}

bool is_alike_but_for(std::size_t axis, const Array& left, const Array& right) {
  if (left.element_type() != right.element_type() || left.shape().size() != right.shape().size())
    return false;
  for (std::size_t i = 0; i < left.shape().size(); ++i) {
    if (i != axis && left.shape()[i] != right.shape()[i]) return false;
  }
  return true;
}

bool are_joinable_arrays(const std::vector<Value>& parts, std::size_t axis) {
  return !parts.empty() && std::all_of(parts.begin(), parts.end(), [&](const Value& part) {
    return part.is_array() && part.array().shape().size() > axis &&
           is_alike_but_for(axis, parts.front().array(), part.array());
  });
}

Value joined_arrays(const std::vector<Value>& parts, std::size_t axis) {
  std::vector<std::size_t> shape = parts.front().array().shape();
  shape[axis] = 0;
  for (const Value& part : parts) shape[axis] += part.array().shape()[axis];
  const std::size_t rows = product(shape, 0, axis);
  return made_array(parts.front().array().element_type(), std::move(shape), [&](std::byte* target) {
    for (std::size_t row = 0; row < rows; ++row) {
      for (const Value& part : parts) {
        const std::size_t bytes = part.array().bytes() / rows;
        if (bytes == 0) continue;
        std::memcpy(target, static_cast<const std::byte*>(part.array().raw()) + row * bytes, bytes);
        target += bytes;
      }
    }
  });
}

[[noreturn]] void refuse_inner_axis(const Value& output, const std::string& transform) {
  throw TransformError::for_transform(transform, "out_axes is out of range: an output of kind " +
                                                     std::string(to_string(output.kind())) +
                                                     " has no such axis");
}

/// The common length of `items`, but for those in `gaps`, the first of which is not `given`.
std::size_t common_length(const std::vector<Value>& items, const std::vector<std::size_t>& gaps,
                          std::size_t given, const std::string& transform) {
  const std::size_t length = items[given].size();
  for (std::size_t i = 0, gap = 0; i < items.size(); ++i) {
    if (gap < gaps.size() && gaps[gap] == i) {
      ++gap;
    } else if (!has_axes(items[i]) || items[i].size() != length) {
      throw TransformError::for_transform(
          transform,
          "outputs can not be put together along an inner axis: they are lists of different lengths");
    }
  }
  return length;
}

}  // namespace

bool has_axes(const Value& value) noexcept {
  return value.is_list() || (value.is_array() && !value.array().shape().empty());
}

std::size_t axis_count(const Value& value) {
  if (value.is_array()) return value.array().shape().size();
  if (!value.is_list()) return 0;
  return value.size() == 0 ? 1 : 1 + axis_count(value[std::size_t{0}]);
}

std::size_t resolved_axis(const Value& nested, std::int64_t axis, const std::string& what,
                          const std::string& transform) {
  const std::size_t depth = axis_count(nested);
  const std::int64_t counted = axis < 0 ? axis + static_cast<std::int64_t>(depth) : axis;
  if (counted < 0 || static_cast<std::size_t>(counted) >= depth) {
    throw TransformError::for_transform(transform, "axis " + std::to_string(axis) + " is out of range for " +
                                                       what + ", which has " + std::to_string(depth) +
                                                       (depth == 1 ? " axis" : " axes"));
  }
  const auto resolved = static_cast<std::size_t>(counted);
  if (resolved > 0) require_rectangular(nested, resolved, length_along(nested, resolved), what, transform);
  return resolved;
}

std::size_t length_along(const Value& nested, std::size_t axis) {
  if (nested.is_array()) return nested.array().shape()[axis];
  return axis == 0 ? nested.size() : length_along(nested[std::size_t{0}], axis - 1);
}

Value item_along(const Value& nested, std::size_t axis, std::size_t index) {
  if (axis == 0) return nested.is_list() ? nested.items()[index] : nested[index];
  if (nested.is_array()) {
    const Value part = gathered(nested.array(), axis, index, index + 1, false);
    return part.array().shape().empty() ? part.array().element(0) : part;
  }
  return for_each_item(nested, [&](const Value& item) { return item_along(item, axis - 1, index); });
}

Value slice_along(const Value& nested, std::size_t axis, std::size_t first, std::size_t last) {
  if (nested.is_array()) {
    if (axis == 0) return nested.array().slice(first, last);
    return gathered(nested.array(), axis, first, last, true);
  }
  if (axis > 0) {
    return for_each_item(nested, [&](const Value& item) { return slice_along(item, axis - 1, first, last); });
  }
  const std::vector<Value>& items = nested.items();
  return Value::list(std::vector<Value>(items.begin() + static_cast<std::ptrdiff_t>(first),
                                        items.begin() + static_cast<std::ptrdiff_t>(last)));
}

Value items_along(const Value& nested, std::size_t axis, std::size_t first, std::size_t last) {
  const bool is_whole = first == 0 && last == length_along(nested, axis);
  if (axis == 0) return is_whole ? nested : slice_along(nested, 0, first, last);
  if (nested.is_array()) return moved_to_front(nested.array(), axis, first, last);
  std::vector<Value> items;
  items.reserve(last - first);
  for (std::size_t item = first; item < last; ++item) items.push_back(item_along(nested, axis, item));
  return Value::list(std::move(items));
}

std::size_t first_outside(const std::vector<std::size_t>& gaps) noexcept {
  std::size_t position = 0;
  while (position < gaps.size() && gaps[position] == position) ++position;
  return position;
}

Value stack_along(std::vector<Value> items, const std::vector<std::size_t>& gaps, std::int64_t axis,
                  const std::string& transform) {
  const std::size_t given = first_outside(gaps);
  if (given == items.size()) return Value::list(std::move(items));
  if (axis < 0) axis += static_cast<std::int64_t>(axis_count(items[given])) + 1;
  if (axis == 0) return Value::list(std::move(items));
  if (axis < 0 || !has_axes(items[given])) refuse_inner_axis(items[given], transform);
  const std::size_t length = common_length(items, gaps, given, transform);
  std::vector<Value> rows;
  rows.reserve(length);
  for (std::size_t row = 0; row < length; ++row) {
    std::vector<Value> parts;
    parts.reserve(items.size());
    for (std::size_t i = 0, gap = 0; i < items.size(); ++i) {
      const bool is_gap = gap < gaps.size() && gaps[gap] == i;
      parts.push_back(is_gap ? Value() : items[i][row]);
      if (is_gap) ++gap;
    }
    rows.push_back(stack_along(std::move(parts), gaps, axis - 1, transform));
  }
  return Value::list(std::move(rows));
}

Value concatenated(const std::vector<Value>& parts) {
  if (are_joinable_arrays(parts, 0)) return joined_arrays(parts, 0);
  std::vector<Value> items;
  for (const Value& part : parts) {
    if (part.is_list()) {
      items.insert(items.end(), part.items().begin(), part.items().end());
    } else if (has_axes(part)) {
      for (std::size_t row = 0; row < part.size(); ++row) items.push_back(part[row]);
    } else {
      items.push_back(part);
    }
  }
  return Value::list(std::move(items));
}

Value concatenated_along(const std::vector<Value>& parts, std::size_t axis, const std::string& transform) {
  for (const Value& part : parts)
    if (!has_axes(part)) refuse_inner_axis(part, transform);
  if (axis == 0) return concatenated(parts);
  if (are_joinable_arrays(parts, axis)) return joined_arrays(parts, axis);
  std::vector<Value> rows(parts.empty() ? 0 : common_length(parts, {}, 0, transform));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::vector<Value> slices;
    slices.reserve(parts.size());
    for (const Value& part : parts) slices.push_back(part[row]);
    rows[row] = concatenated_along(slices, axis - 1, transform);
  }
  return Value::list(std::move(rows));
}

Value nulls_along(const Value& like, std::size_t axis, std::size_t count) {
  if (axis == 0 || !has_axes(like)) return Value::list(std::vector<Value>(count));
  std::vector<Value> rows;
  rows.reserve(like.size());
  for (std::size_t row = 0; row < like.size(); ++row) rows.push_back(nulls_along(like[row], axis - 1, count));
  return Value::list(std::move(rows));
}

}  // namespace ember::xcs
