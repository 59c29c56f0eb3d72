#include "transform/output_join.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include <ember/error.hpp>

#include "transform/nested_axis.hpp"

namespace ember::xcs {
namespace {

/// The values of one output field, by item.
struct Column {
  std::string name;
  std::vector<Value> values;
  std::vector<bool> is_given;
};

/// Outputs turned into columns. Most outputs have the same fields in the same order: then nothing is looked
/// up.
class Columns {
 public:
  explicit Columns(std::size_t items) : items_(items) {}

  void add(std::size_t item, const Value& output) {
    if (output.is_mapping()) {
      std::size_t position = 0;
      for (const auto& [name, value] : output.fields()) column(position++, name).set(item, value);
    } else {
      std::size_t position = 0;
      for (const std::string& name : output.keys()) column(position++, name).set(item, output[name]);
    }
  }
  std::vector<Column> take() {
    std::vector<Column> taken;
    for (Entry& entry : columns_)
      taken.push_back({std::move(entry.name), std::move(entry.values), std::move(entry.is_given)});
    return taken;
  }

 private:
  struct Entry : Column {
    void set(std::size_t item, Value value) {
      values[item] = std::move(value);
      is_given[item] = true;
    }
  };

  Entry& column(std::size_t position, const std::string& name) {
    if (position < columns_.size() && columns_[position].name == name) return columns_[position];
    const auto [found, is_new] = positions_.try_emplace(name, columns_.size());
    if (is_new) columns_.push_back({{name, std::vector<Value>(items_), std::vector<bool>(items_)}});
    return columns_[found->second];
  }

  const std::size_t items_;
  std::vector<Entry> columns_;
  std::unordered_map<std::string, std::size_t> positions_;
};

bool are_mappings(const std::vector<Value>& outputs, const std::vector<std::size_t>& missing) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].has_fields()) continue;
    if (!std::binary_search(missing.begin(), missing.end(), i)) return false;
  }
  return !outputs.empty();
}

/// The one value that all are equal to.
Value common_value(const std::vector<Value>& values, const std::string& what, const std::string& transform) {
  if (values.empty()) return {};
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] == values.front()) continue;
    throw TransformError::for_transform(transform, "out_axes is null for " + what +
                                                       ", but the outputs differ: position " +
                                                       std::to_string(i) + " is not like position 0");
  }
  return values.front();
}

/// What `out_axes` says of the output field `name`.
Value axis_of(const Axes& out_axes, std::string_view name) {
  return out_axes.value().is_mapping() ? out_axes.value().get(name, 0) : out_axes.value();
}

Value combined(std::vector<Value> values, const Value& axis, const std::string& what,
               const std::string& transform) {
  if (axis.is_null()) return common_value(values, what, transform);
  if (axis.is_string()) return concatenated(values);
  return stack_along(std::move(values), axis.integer(), transform);
}

void require_known_fields(const Axes& out_axes, const std::vector<Column>& columns,
                          const std::string& transform) {
  if (!out_axes.value().is_mapping()) return;
  for (const auto& [name, axis] : out_axes.value().fields()) {
    const auto is_named = [&](const Column& column) { return column.name == name; };
    if (std::any_of(columns.begin(), columns.end(), is_named)) continue;
    std::string known;
    for (const Column& column : columns) known += (known.empty() ? "" : ", ") + column.name;
    throw TransformError::for_transform(
        transform, "out_axes names '" + name + "', which no output has; there are: " + known);
  }
}

std::vector<Value> given_values(Column&& column) {
  std::vector<Value> given;
  for (std::size_t i = 0; i < column.values.size(); ++i)
    if (column.is_given[i]) given.push_back(std::move(column.values[i]));
  return given;
}

/// One output, or one field of it, from every shard that has it.
class ShardColumn {
 public:
  void add(const Value& value) { values_.push_back(value); }
  void add_missing(std::size_t items) {
    gaps_.emplace_back(values_.size(), items);
    values_.emplace_back();
  }
  Value joined(const Value& axis, const std::string& what, const std::string& transform) {
    fill_gaps();
    if (axis.is_null()) return common_value(values_, what, transform);
    return concatenated(values_);
  }

 private:
  /// A list of nulls where the other shards gave lists, else one null.
  void fill_gaps() {
    if (gaps_.empty()) return;
    const bool are_lists = std::all_of(values_.begin(), values_.end(),
                                       [](const Value& value) { return value.is_null() || has_axes(value); });
    if (!are_lists) return;
    for (const auto& [position, items] : gaps_) values_[position] = Value::list(std::vector<Value>(items));
  }

  std::vector<Value> values_;
  std::vector<std::pair<std::size_t, std::size_t>> gaps_;
};

Value join_fields(const std::vector<ShardOutput>& outputs, const Axes& out_axes,
                  const std::string& transform) {
  Columns columns(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (!outputs[i].is_missing) columns.add(i, outputs[i].value);
  std::vector<Column> all = columns.take();
  require_known_fields(out_axes, all, transform);
  std::vector<std::pair<std::string, Value>> fields;
  for (Column& column : all) {
    ShardColumn joined;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].is_missing) {
        joined.add_missing(outputs[i].items);
      } else if (column.is_given[i]) {
        joined.add(column.values[i]);
      }
    }
    Value value = joined.joined(axis_of(out_axes, column.name), "'" + column.name + "'", transform);
    fields.emplace_back(std::move(column.name), std::move(value));
  }
  return Value::mapping(std::move(fields));
}

}  // namespace

Value stack_outputs(std::vector<Value> outputs, const StackRules& rules) {
  const bool is_by_field = rules.style == BatchStyle::mapping && !rules.is_always_list;
  if (!is_by_field || !are_mappings(outputs, rules.missing)) {
    if (rules.out_axes.value().is_mapping() && !outputs.empty()) {
      throw TransformError::for_transform(rules.transform,
                                          "out_axes names fields, but the output of this batch is a list");
    }
    if (outputs.empty()) return Value::list({});
    return combined(std::move(outputs), axis_of(rules.out_axes, {}), "the output", rules.transform);
  }
  Columns columns(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].has_fields()) columns.add(i, outputs[i]);
  outputs.clear();
  std::vector<Column> all = columns.take();
  require_known_fields(rules.out_axes, all, rules.transform);
  std::vector<std::pair<std::string, Value>> fields;
  for (Column& column : all) {
    const Value axis = axis_of(rules.out_axes, column.name);
    const std::string what = "'" + column.name + "'";
    std::string name = std::move(column.name);
    // Where lists are put one after the other, positions mean nothing: nothing stands for an absent one.
    std::vector<Value> values = axis.is_string() ? given_values(std::move(column)) : std::move(column.values);
    fields.emplace_back(std::move(name), combined(std::move(values), axis, what, rules.transform));
  }
  return Value::mapping(std::move(fields));
}

Value join_shards(const std::vector<ShardOutput>& outputs, const Axes& out_axes,
                  const std::string& transform) {
  const bool are_fields = std::all_of(outputs.begin(), outputs.end(), [](const ShardOutput& output) {
    return output.is_missing || output.value.has_fields();
  });
  if (are_fields) return join_fields(outputs, out_axes, transform);
  ShardColumn joined;
  for (const ShardOutput& output : outputs) {
    if (output.is_missing) {
      joined.add_missing(output.items);
    } else {
      joined.add(output.value);
    }
  }
  return joined.joined(axis_of(out_axes, {}), "the output", transform);
}

}  // namespace ember::xcs
