#include <ember/var.hpp>

#include <ember/error.hpp>

#include "op/read_place.hpp"

namespace ember {
namespace {

using Expression = VarData::Expression;

/// Finds `step` among the parts of a list or object; null when only the data can tell.
const VarData* part_of(const Expression& expression, const PathStep& step) {
  if (expression.form == Expression::Form::list) {
    const auto* index = std::get_if<std::size_t>(&step);
    return index && *index < expression.parts.size() ? &expression.parts[*index].second : nullptr;
  }
  if (expression.form == Expression::Form::object) {
    const auto* name = std::get_if<std::string>(&step);
    for (const auto& [key, part] : expression.parts) {
      if (name && key == *name) return &part;
    }
  }
  return nullptr;
}

bool is_all_concrete(const std::vector<std::pair<std::string, VarData>>& parts) {
  for (const auto& [name, part] : parts) {
    if (!part.is_concrete()) return false;
  }
  return true;
}

Value read_expression(const Expression& expression) {
  switch (expression.form) {
    case Expression::Form::source:
      return expression.source->read(expression.path);
    case Expression::Form::list: {
      std::vector<Value> items;
      items.reserve(expression.parts.size());
      for (const auto& [name, part] : expression.parts) items.push_back(part.get());
      return Value::list(std::move(items));
    }
    case Expression::Form::object: {
      std::vector<std::pair<std::string, Value>> fields;
      fields.reserve(expression.parts.size());
      for (const auto& [name, part] : expression.parts) fields.emplace_back(name, part.get());
      return Value::mapping(std::move(fields));
    }
    case Expression::Form::merge: {
      // One after the other: when both fail, the left error comes first on every compiler.
      const Value left = expression.parts[0].second.get();
      return merge(left, expression.parts[1].second.get());
    }
    case Expression::Form::projection:
      return value_at(expression.parts[0].second.get(), expression.path);
  }
  return {};
}

/// Tells the source of an expression that it was made.
VarData noted(VarData derived) {
  if (const VarSource* source = derived.source()) source->note_derived(derived);
  return derived;
}

std::vector<std::pair<std::string, VarData>> named_parts(std::initializer_list<VarField> fields) {
  std::vector<std::pair<std::string, VarData>> parts;
  parts.reserve(fields.size());
  for (const VarField& field : fields) parts.emplace_back(std::string(field.key), field.data);
  return parts;
}

}  // namespace

VarData::VarData(std::shared_ptr<const VarSource> source)
    : VarData(Expression{Expression::Form::source, std::move(source), {}, {}}) {}

VarData::VarData(Expression expression)
    : expression_(std::make_shared<const Expression>(std::move(expression))) {}

VarData VarData::list(std::vector<VarData> items) {
  Expression expression{Expression::Form::list, nullptr, {}, {}};
  expression.parts.reserve(items.size());
  for (VarData& item : items) expression.parts.emplace_back(std::string(), std::move(item));
  if (is_all_concrete(expression.parts)) return read_expression(expression);
  return VarData(std::move(expression));
}

VarData VarData::object(std::vector<std::pair<std::string, VarData>> fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (fields[i].first == fields[j].first) {
        throw InvalidArgumentError("field '" + fields[i].first + "' is given twice");
      }
    }
  }
  Expression expression{Expression::Form::object, nullptr, {}, std::move(fields)};
  if (is_all_concrete(expression.parts)) return read_expression(expression);
  return VarData(std::move(expression));
}

VarData VarData::merge(VarData left, VarData right) {
  Expression expression{Expression::Form::merge, nullptr, {}, {}};
  expression.parts.emplace_back(std::string(), std::move(left));
  expression.parts.emplace_back(std::string(), std::move(right));
  if (is_all_concrete(expression.parts)) return read_expression(expression);
  return noted(VarData(std::move(expression)));
}

Value VarData::get() const {
  return expression_ ? read_expression(*expression_) : value_;
}

Value VarData::get(const std::source_location& place) const {
  if (!expression_) return value_;
  const ReadPlaceScope scope(place);
  return get();
}

VarData VarData::at(PathStep step) const {
  if (!expression_) return value_at(value_, {std::move(step)});
  if (expression_->form == Expression::Form::source) {
    Expression part = *expression_;
    part.path.push_back(std::move(step));
    return noted(VarData(std::move(part)));
  }
  if (const VarData* part = part_of(*expression_, step)) return *part;
  return noted(VarData(
      Expression{Expression::Form::projection, nullptr, {std::move(step)}, {{std::string(), *this}}}));
}

std::size_t VarData::size() const {
  if (!expression_) return value_.size();
  switch (expression_->form) {
    case Expression::Form::source:
      return expression_->source->size(expression_->path);
    case Expression::Form::list:
    case Expression::Form::object:
      return expression_->parts.size();
    default:
      return get().size();
  }
}

std::size_t VarData::size(const std::source_location& place) const {
  if (!expression_) return value_.size();
  const ReadPlaceScope scope(place);
  return size();
}

bool VarData::has(std::string_view field) const {
  if (!expression_) return value_.has(field);
  switch (expression_->form) {
    case Expression::Form::source:
      return expression_->source->has(expression_->path, field);
    case Expression::Form::list:
    case Expression::Form::object:
      return part_of(*expression_, std::string(field)) != nullptr;
    default:
      return get().has(field);
  }
}

bool VarData::has(std::string_view field, const std::source_location& place) const {
  if (!expression_) return value_.has(field);
  const ReadPlaceScope scope(place);
  return has(field);
}

Interpreter* VarData::interpreter() const noexcept {
  if (!expression_) return nullptr;
  if (expression_->source) return expression_->source->interpreter();
  for (const auto& [name, part] : expression_->parts) {
    if (Interpreter* found = part.interpreter()) return found;
  }
  return nullptr;
}

const VarSource* VarData::source() const noexcept {
  if (!expression_) return nullptr;
  if (expression_->source) return expression_->source.get();
  for (const auto& [name, part] : expression_->parts) {
    if (const VarSource* found = part.source()) return found;
  }
  return nullptr;
}

Var<Value> list_of(const std::vector<Var<Value>>& items) {
  std::vector<VarData> parts;
  parts.reserve(items.size());
  for (const auto& item : items) parts.push_back(item.data());
  return Var<Value>(VarData::list(std::move(parts)));
}

Var<Value> object(std::initializer_list<VarField> fields) {
  return Var<Value>(VarData::object(named_parts(fields)));
}

Var<Value> merge(const Var<Value>& left, const Var<Value>& right) {
  return Var<Value>(VarData::merge(left.data(), right.data()));
}

}  // namespace ember
