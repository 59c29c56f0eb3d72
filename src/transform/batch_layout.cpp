#include "transform/batch_layout.hpp"

#include <algorithm>

#include <ember/error.hpp>
#include <ember/log.hpp>

#include "transform/nested_axis.hpp"

namespace ember::xcs {
namespace {

std::string kind_of(const Value& value) {
  return std::string(to_string(value.kind()));
}

[[noreturn]] void refuse_axes(const BatchLayout::Rules& rules, const std::string& message) {
  throw TransformError::for_transform(rules.transform, std::string(rules.option) + message);
}

/// The entry of `in_axes` for an operator with one argument.
const Value only_axis(const BatchLayout::Rules& rules) {
  const Value& axes = rules.in_axes.value();
  if (!axes.is_list()) return axes;
  if (axes.size() == 1) return axes[0];
  refuse_axes(rules, " has " + std::to_string(axes.size()) + " entries for 1 argument");
}

}  // namespace

BatchLayout::BatchLayout(const OperatorBase& target, const Value& arguments, const Rules& rules)
    : arguments_(arguments) {
  if (target.arity() != 1) {
    lay_out_arguments(target, rules);
  } else if (arguments.has_fields()) {
    lay_out_mapping(rules);
  } else {
    lay_out_list(rules);
  }
  agree_on_size(rules);
}

void BatchLayout::add_part(std::size_t position, std::string name, const Value& content, const Value& axis,
                           const Rules& rules) {
  const std::string what = style_ == BatchStyle::mapping ? "field '" + name + "'" : name;
  const std::size_t resolved = resolved_axis(content, axis.integer(), what, rules.transform);
  parts_.push_back({position, std::move(name), content, resolved});
}

void BatchLayout::lay_out_mapping(const Rules& rules) {
  style_ = BatchStyle::mapping;
  if (arguments_.is_mapping()) {
    whole_ = arguments_.fields();
  } else {
    for (const std::string& key : arguments_.keys()) whole_.emplace_back(key, arguments_[key]);
  }
  const Value axes = only_axis(rules);
  if (axes.is_mapping()) {
    for (const auto& [name, axis] : axes.fields()) {
      const auto is_named = [&field = name](const auto& entry) { return entry.first == field; };
      if (std::any_of(whole_.begin(), whole_.end(), is_named)) continue;
      std::string known;
      for (const auto& [key, value] : whole_) known += (known.empty() ? "" : ", ") + key;
      refuse_axes(rules, " names '" + name +
                             "', which the input lacks; there are: " + (known.empty() ? "none" : known));
    }
  }
  for (std::size_t i = 0; i < whole_.size(); ++i) {
    const auto& [name, content] = whole_[i];
    const Value* named = axes.is_mapping() ? axes.find(name) : nullptr;
    const Value axis = axes.is_mapping() ? (named ? *named : Value()) : axes;
    if (axis.is_null()) continue;
    if (has_axes(content)) {
      add_part(i, name, content, axis, rules);
    } else if (named) {
      refuse_axes(rules, " says that field '" + name + "' is batched, but it is a " + kind_of(content));
    }
  }
}

void BatchLayout::lay_out_list(const Rules& rules) {
  style_ = BatchStyle::list;
  const Value axis = only_axis(rules);
  if (axis.is_mapping()) {
    refuse_axes(rules, " names fields, but the input is a " + kind_of(arguments_));
  }
  if (!axis.is_null() && has_axes(arguments_)) add_part(0, "the input", arguments_, axis, rules);
}

void BatchLayout::lay_out_arguments(const OperatorBase& target, const Rules& rules) {
  style_ = BatchStyle::positional;
  const Value& axes = rules.in_axes.value();
  std::vector<Value> arguments = split_arguments(target, arguments_, target.arity());
  if (axes.is_mapping()) {
    refuse_axes(rules, " names fields, but '" + target.name() + "' takes " +
                           std::to_string(arguments.size()) + " positional arguments");
  }
  if (axes.is_list() && axes.size() != arguments.size()) {
    refuse_axes(rules, " has " + std::to_string(axes.size()) + " entries for " +
                           std::to_string(arguments.size()) + " arguments");
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Value axis = axes.is_list() ? axes[i] : axes;
    const std::string name = "argument " + std::to_string(i);
    if (!axis.is_null() && has_axes(arguments[i])) {
      add_part(i, name, arguments[i], axis, rules);
    } else if (!axis.is_null() && axes.is_list()) {
      refuse_axes(rules, " says that " + name + " is batched, but it is a " + kind_of(arguments[i]));
    }
    whole_.emplace_back(std::string(), std::move(arguments[i]));
  }
}

void BatchLayout::agree_on_size(const Rules& rules) {
  if (parts_.empty()) return;
  std::string sizes;
  bool is_consistent = true;
  size_ = length_along(parts_.front().content, parts_.front().axis);
  std::size_t shortest = size_;
  for (const Part& part : parts_) {
    const std::size_t length = length_along(part.content, part.axis);
    is_consistent = is_consistent && length == size_;
    shortest = std::min(shortest, length);
    sizes += (sizes.empty() ? "" : ", ") + part.name + " has " + std::to_string(length);
  }
  if (is_consistent) return;
  if (rules.is_strict) {
    throw TransformError::for_transform(rules.transform, "Inconsistent batch sizes: " + sizes);
  }
  log(LogLevel::warning, "[" + rules.transform + "] Inconsistent batch sizes: " + sizes + "; cut to " +
                             std::to_string(shortest));
  size_ = shortest;
}

template <class Take>
Value BatchLayout::assembled(const Take& take) const {
  if (style_ == BatchStyle::list) return take(parts_.front());
  if (style_ == BatchStyle::positional) {
    std::vector<Value> arguments;
    arguments.reserve(whole_.size());
    for (const auto& [name, content] : whole_) arguments.push_back(content);
    for (const Part& part : parts_) arguments[part.position] = take(part);
    return Value::list(std::move(arguments));
  }
  auto fields = whole_;
  for (const Part& part : parts_) fields[part.position].second = take(part);
  return Value::mapping(std::move(fields));
}

Value BatchLayout::item(std::size_t index) const {
  if (style_ == BatchStyle::list && parts_.front().axis == 0) {
    return item_along(parts_.front().content, 0, index);
  }
  return assembled([&](const Part& part) { return item_along(part.content, part.axis, index); });
}

Value BatchLayout::slice(std::size_t first, std::size_t last) const {
  return assembled([&](const Part& part) { return slice_along(part.content, part.axis, first, last); });
}

Columns BatchLayout::columns(std::size_t first, std::size_t last) const {
  using Form = Columns::Form;
  const Form form = style_ == BatchStyle::list      ? Form::value
                    : style_ == BatchStyle::mapping ? Form::fields
                                                    : Form::arguments;
  std::vector<std::size_t> batched;
  for (const Part& part : parts_) batched.push_back(part.position);
  Value inputs =
      assembled([&](const Part& part) { return items_along(part.content, part.axis, first, last); });
  return {form, std::move(inputs), last - first, std::move(batched)};
}

std::vector<std::string> BatchLayout::batched_fields() const {
  std::vector<std::string> names;
  if (style_ != BatchStyle::mapping) return names;
  for (const Part& part : parts_) names.push_back(part.name);
  return names;
}

}  // namespace ember::xcs
