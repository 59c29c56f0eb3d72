#include "transform/output_join.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <ember/error.hpp>

#include "transform/nested_axis.hpp"
#include "value/exact_value.hpp"

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

[[noreturn]] void refuse_outputs(const OutputForm& form, const std::string& message) {
  throw TransformError::for_transform(form.transform, form.option + message);
}

/// NaN is like itself.
bool are_alike(const Value& left, const Value& right) {
  return left == right || is_exactly(left, right);
}

/// The one value that all are equal to, but for `gaps`: ascending positions that stand for nothing.
Value common_value(const std::vector<Value>& values, const std::vector<std::size_t>& gaps,
                   const std::string& what, const OutputForm& form) {
  std::optional<std::size_t> first;
  auto gap = gaps.begin();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (gap != gaps.end() && *gap == i) {
      ++gap;
    } else if (!first) {
      first = i;
    } else if (!are_alike(values[i], values[*first])) {
      refuse_outputs(form, " is null for " + what + ", but the outputs differ: position " +
                               std::to_string(i) + " is not like position " + std::to_string(*first));
    }
  }
  return first ? values[*first] : Value();
}

/// What the axes say of the output field `name`.
Value axis_of(const OutputForm& form, std::string_view name) {
  const Value& axes = form.axes.value();
  return axes.is_mapping() ? axes.get(name, 0) : axes;
}

Value combined(std::vector<Value> values, const std::vector<std::size_t>& gaps, const Value& axis,
               const std::string& what, const OutputForm& form) {
  if (axis.is_null()) return common_value(values, gaps, what, form);
  if (axis.is_string()) return concatenated(values);
  return stack_along(std::move(values), gaps, axis.integer(), form.transform);
}

void require_known_fields(const OutputForm& form, const std::vector<Column>& columns) {
  if (!form.axes.value().is_mapping()) return;
  for (const auto& [name, axis] : form.axes.value().fields()) {
    const auto is_named = [&](const Column& column) { return column.name == name; };
    if (std::any_of(columns.begin(), columns.end(), is_named)) continue;
    std::string known;
    for (const Column& column : columns) known += (known.empty() ? "" : ", ") + column.name;
    refuse_outputs(form, " names '" + name + "', which no output has; there are: " + known);
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
    gaps_.push_back(values_.size());
    items_.push_back(items);
    values_.emplace_back();
  }
  Value joined(const Value& axis, const std::string& what, const OutputForm& form) {
    if (axis.is_null()) return common_value(values_, gaps_, what, form);
    const std::size_t along = axis.is_string() ? 0 : position_of(axis.integer(), what, form);
    fill_gaps(along);
    return along == 0 ? concatenated(values_) : concatenated_along(values_, along, form.transform);
  }

 private:
  /// An output that is there; null when none is.
  [[nodiscard]] Value any_given() const {
    const std::size_t position = first_outside(gaps_);
    return position < values_.size() ? values_[position] : Value();
  }
  /// `axis`, counted from the front. Outputs without axes become entries of a list, which has one.
  [[nodiscard]] std::size_t position_of(std::int64_t axis, const std::string& what,
                                        const OutputForm& form) const {
    if (axis >= 0) return static_cast<std::size_t>(axis);
    const auto depth = static_cast<std::int64_t>(std::max<std::size_t>(1, axis_count(any_given())));
    if (axis + depth < 0) {
      refuse_outputs(form, " is out of range for " + what + ", which has " + std::to_string(depth) +
                               (depth == 1 ? " axis" : " axes"));
    }
    return static_cast<std::size_t>(axis + depth);
  }
  /// A list of nulls where the other shards gave lists, else one null.
  void fill_gaps(std::size_t along) {
    if (gaps_.empty()) return;
    const bool are_lists = std::all_of(values_.begin(), values_.end(),
                                       [](const Value& value) { return value.is_null() || has_axes(value); });
    if (!are_lists) return;
    const Value like = any_given();
    for (std::size_t gap = 0; gap < gaps_.size(); ++gap) {
      values_[gaps_[gap]] = nulls_along(like, along, items_[gap]);
    }
  }

  std::vector<Value> values_;
  /// Positions, ascending, of shards without output, and the number of their items.
  std::vector<std::size_t> gaps_;
  std::vector<std::size_t> items_;
};

Value join_fields(const std::vector<ShardOutput>& outputs, const OutputForm& form) {
  Columns columns(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (!outputs[i].is_missing) columns.add(i, outputs[i].value);
  std::vector<Column> all = columns.take();
  require_known_fields(form, all);
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
    Value value = joined.joined(axis_of(form, column.name), "'" + column.name + "'", form);
    fields.emplace_back(std::move(column.name), std::move(value));
  }
  return Value::mapping(std::move(fields));
}

/// Positions without the field: null stands for it in every row.
std::vector<std::size_t> gaps_in(const Column& column) {
  std::vector<std::size_t> gaps;
  for (std::size_t i = 0; i < column.is_given.size(); ++i)
    if (!column.is_given[i]) gaps.push_back(i);
  return gaps;
}

Value stack_fields(std::vector<Value> outputs, const StackRules& rules) {
  Columns columns(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].has_fields()) columns.add(i, outputs[i]);
  outputs.clear();
  std::vector<Column> all = columns.take();
  require_known_fields(rules.form, all);
  std::vector<std::pair<std::string, Value>> fields;
  for (Column& column : all) {
    const Value axis = axis_of(rules.form, column.name);
    const std::string what = "'" + column.name + "'";
    // One value for all can not be that of an item that lacks the field.
    const std::vector<std::size_t> gaps = axis.is_null() ? rules.missing : gaps_in(column);
    std::string name = std::move(column.name);
    // Where lists are put one after the other, positions mean nothing: nothing stands for an absent one.
    std::vector<Value> values = axis.is_string() ? given_values(std::move(column)) : std::move(column.values);
    fields.emplace_back(std::move(name), combined(std::move(values), gaps, axis, what, rules.form));
  }
  return Value::mapping(std::move(fields));
}

}  // namespace

Value stack_outputs(std::vector<Value> outputs, const StackRules& rules) {
  const bool is_by_field = rules.style == BatchStyle::mapping && !rules.is_always_list;
  if (is_by_field && are_mappings(outputs, rules.missing)) return stack_fields(std::move(outputs), rules);
  if (rules.form.axes.value().is_mapping() && !outputs.empty()) {
    refuse_outputs(rules.form, " names fields, but the output of this batch is a list");
  }
  if (outputs.empty()) return Value::list({});
  return combined(std::move(outputs), rules.missing, axis_of(rules.form, {}), "the output", rules.form);
}

Value join_shards(const std::vector<ShardOutput>& outputs, const OutputForm& form) {
  const bool are_fields = std::all_of(outputs.begin(), outputs.end(), [](const ShardOutput& output) {
    return output.is_missing || output.value.has_fields();
  });
  if (are_fields) return join_fields(outputs, form);
  ShardColumn joined;
  for (const ShardOutput& output : outputs) {
    if (output.is_missing) {
      joined.add_missing(output.items);
    } else {
      joined.add(output.value);
    }
  }
  return joined.joined(axis_of(form, {}), "the output", form);
}

}  // namespace ember::xcs
