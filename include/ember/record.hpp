// Record: an instance of a record schema, made and checked by the user. Inside a Value it reads like a
// mapping.
#pragma once

#include <string_view>

#include <ember/schema.hpp>
#include <ember/value.hpp>

namespace ember {

/// The fields of one record, checked strictly when it is made. Immutable and thread-safe like any Value.
class Record {
 public:
  /// Throws ValidationError naming every field that is undeclared, missing or of the wrong type, and
  /// InvalidArgumentError when `schema` is no record schema.
  Record(Schema schema, const Value& fields);

  [[nodiscard]] const Schema& schema() const noexcept { return schema_; }
  /// The field `name`. Throws ItemNotFoundError naming it.
  [[nodiscard]] Value operator[](std::string_view name) const { return fields_[name]; }
  /// The field `name`, or `fallback` when it is absent.
  [[nodiscard]] Value get(std::string_view name, Value fallback = {}) const;
  [[nodiscard]] bool has(std::string_view name) const noexcept { return fields_.has(name); }
  /// The fields as a plain mapping.
  [[nodiscard]] const Value& as_dict() const noexcept { return fields_; }
  /// This record as a Value: a native that reads by field, equals a mapping of the same fields and still
  /// knows its schema.
  [[nodiscard]] Value value() const;
  /// The record inside `value`, or null. Lifetime: that of `value`.
  static const Record* find(const Value& value) noexcept;

  /// Equal fields; the schema does not count.
  friend bool operator==(const Record& left, const Record& right) noexcept {
    return left.fields_ == right.fields_;
  }
  friend bool operator==(const Record& left, const Value& right) noexcept { return left.fields_ == right; }

 private:
  Schema schema_;
  Value fields_;
};

}  // namespace ember
