// Checking a value against a schema. All problems are collected first, so that one error names them all.
#include <ember/error.hpp>
#include <ember/schema.hpp>
#include <ember/value_path.hpp>

#include "value/value_node.hpp"

namespace ember {

namespace {

class Validation {
 public:
  explicit Validation(Extra extra) : extra_(extra) {}

  // The value with defaults; the same object when nothing had to be added.
  Value check(const Schema& schema, const Value& value, const ValuePath& path) {
    switch (schema.type()) {
      case Schema::Type::any:
        return value;
      case Schema::Type::boolean:
        return expect(value.is_boolean(), schema, value, path);
      case Schema::Type::integer:
        return expect(value.is_integer(), schema, value, path);
      case Schema::Type::string:
        return expect(value.is_string(), schema, value, path);
      case Schema::Type::number:
        if (value.is_integer()) return value.number();
        return expect(value.is_number(), schema, value, path);
      case Schema::Type::optional:
        return value.is_null() ? value : check(schema.item(), value, path);
      case Schema::Type::list:
        return check_list(schema, value, path);
      case Schema::Type::mapping:
        return check_mapping(schema, value, path);
      case Schema::Type::record:
        return check_record(schema, value, path);
    }
    return value;
  }

  void throw_if_wrong(const Schema& schema) const {
    if (problems_.empty()) return;
    std::string message = schema.name() + ": ";
    std::string names;
    for (std::size_t i = 0; i < problems_.size(); ++i) {
      message += (i == 0 ? "" : "; ") + problems_[i].text;
      names += (i == 0 ? "" : ", ") + problems_[i].field;
    }
    ValidationError error(message);
    if (!names.empty()) error.add_context("fields", names);
    throw error;
  }

 private:
  struct Problem {
    std::string field;
    std::string text;
  };

  void report(const ValuePath& path, const std::string& what) {
    const std::string field = path.text();
    problems_.push_back({field, field.empty() ? what : "field '" + field + "': " + what});
  }

  Value expect(bool is_fitting, const Schema& schema, const Value& value, const ValuePath& path) {
    if (!is_fitting) {
      std::string found(to_string(value.kind()));
      if (value.is_native()) found += " " + std::string(value.native_type().name);
      report(path, "expected " + schema.name() + ", found " + found);
    }
    return value;
  }

  Value check_list(const Schema& schema, const Value& value, const ValuePath& path) {
    if (value.is_array() && !value.array().shape().empty()) return check_rows(schema, value, path);
    if (!value.is_list()) return expect(false, schema, value, path);
    std::vector<Value> checked;
    checked.reserve(value.size());
    bool is_changed = false;
    for (const Value& item : value.items()) {
      checked.push_back(check(schema.item(), item, ValuePath(path, checked.size())));
      is_changed = is_changed || !checked.back().is_same(item);
    }
    return is_changed ? Value::list(std::move(checked)) : value;
  }

  // An array stands for the list of its rows and stays an array.
  Value check_rows(const Schema& schema, const Value& value, const ValuePath& path) {
    if (value.size() != 0) check(schema.item(), value[0], ValuePath(path, std::size_t{0}));
    return value;
  }

  Value check_mapping(const Schema& schema, const Value& value, const ValuePath& path) {
    if (!value.has_fields()) return expect(false, schema, value, path);
    FieldList checked = copy_fields(value);
    bool is_changed = false;
    for (auto& [key, content] : checked) {
      Value result = check(schema.item(), content, ValuePath(path, key));
      is_changed = is_changed || !result.is_same(content);
      content = std::move(result);
    }
    return is_changed ? Value::mapping(std::move(checked)) : value;
  }

  Value check_record(const Schema& schema, const Value& value, const ValuePath& path) {
    if (schema.is_instance(value)) return value;
    if (!value.has_fields()) return expect(false, schema, value, path);
    FieldList checked = copy_fields(value);
    bool is_changed = false;
    for (auto& [key, content] : checked) {
      const ValuePath inner(path, key);
      const SchemaField* declared = schema.find(key);
      if (declared == nullptr) {
        if (extra_ == Extra::forbid || schema.forbids_extra()) report(inner, "is not declared");
        continue;
      }
      Value result = check(declared->type, content, inner);
      is_changed = is_changed || !result.is_same(content);
      content = std::move(result);
    }
    is_changed = add_defaults(schema, value, path, checked) || is_changed;
    return is_changed ? Value::mapping(std::move(checked)) : value;
  }

  bool add_defaults(const Schema& schema, const Value& value, const ValuePath& path, FieldList& checked) {
    bool is_changed = false;
    for (const SchemaField& field : schema.fields()) {
      if (value.has(field.name)) continue;
      if (field.is_required()) report(ValuePath(path, field.name), "is missing");
      if (!field.rules.default_value) continue;
      checked.emplace_back(field.name, *field.rules.default_value);
      is_changed = true;
    }
    return is_changed;
  }

  Extra extra_;
  std::vector<Problem> problems_;
};

}  // namespace

Value Schema::validate(const Value& value, Extra extra) const {
  Validation validation(extra);
  Value checked = validation.check(*this, value, ValuePath());
  validation.throw_if_wrong(*this);
  return checked;
}

}  // namespace ember
