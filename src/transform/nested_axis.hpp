// Axes of nested lists and arrays: axis 0 is the outermost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <ember/value.hpp>

namespace ember::xcs {

/// True for what has axes: lists, and arrays that are not single numbers.
bool has_axes(const Value& value) noexcept;

/// Number of axes, along the first of everything.
std::size_t axis_count(const Value& value);

/// `axis`, counted from the front, of `nested`, which is called `what` in messages. Throws TransformError, in
/// the name of `transform`, when there is no such axis or the lists around it differ in length.
std::size_t resolved_axis(const Value& nested, std::int64_t axis, const std::string& what,
                          const std::string& transform);

/// The length along an axis that `resolved_axis` gave.
std::size_t length_along(const Value& nested, std::size_t axis);
/// The part at `index` along that axis. An array gives an array without that axis, along axis 0 without
/// copying.
Value item_along(const Value& nested, std::size_t axis, std::size_t index);
/// The parts `[first, last)` along that axis, in the same form.
Value slice_along(const Value& nested, std::size_t axis, std::size_t first, std::size_t last);

/// The same parts along the front: copied only where they stand along another axis, or in a part of a list.
Value items_along(const Value& nested, std::size_t axis, std::size_t first, std::size_t last);

/// The first position that is not in `gaps`, which ascend.
std::size_t first_outside(const std::vector<std::size_t>& gaps) noexcept;

/// One value in which `items` stand along `axis`; axes behind the front one must exist in all items, with
/// equal lengths, but for the positions in `gaps`, ascending, which are null in every row. Throws
/// TransformError.
Value stack_along(std::vector<Value> items, const std::vector<std::size_t>& gaps, std::int64_t axis,
                  const std::string& transform);

/// The items of all lists and arrays one after the other; other parts as one item each. Arrays of the same
/// kind of rows give an array.
Value concatenated(const std::vector<Value>& parts);
/// The same along an axis behind the front one, which all parts must have. Throws TransformError.
Value concatenated_along(const std::vector<Value>& parts, std::size_t axis, const std::string& transform);
/// Lists like those of `like`, with `count` nulls along `axis`.
Value nulls_along(const Value& like, std::size_t axis, std::size_t count);

}  // namespace ember::xcs
