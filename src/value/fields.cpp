#include <ember/fields.hpp>

#include <ember/error.hpp>

#include "base/type_name.hpp"

namespace ember {

std::string readable_name(const std::type_info& type) {
  return short_type_name(type);
}

void throw_mismatch(std::string_view expected, const Value& found, const ValuePath& path) {
  std::string kind(to_string(found.kind()));
  if (found.is_native()) kind += " " + std::string(found.native_type().name);
  ValidationError error("expected " + std::string(expected) + ", found " + kind + path.place());
  error.add_context("expected", std::string(expected));
  error.add_context("found", kind);
  if (path.depth() != 0) error.add_context("field", path.text());
  throw error;
}

void throw_missing_field(std::string_view record, std::string_view field, const ValuePath& path) {
  ValidationError error(std::string(record) + " lacks the field '" + std::string(field) + "'" + path.place());
  error.add_context("field", ValuePath(path, field).text());
  throw error;
}

void throw_undeclared_member(std::string_view record) {
  throw InvalidArgumentError("the member is not among the EMBER_FIELDS of " + std::string(record));
}

std::int64_t read_integer(const Value& value, std::int64_t lowest, std::uint64_t highest,
                          const ValuePath& path) {
  if (!value.is_integer()) throw_mismatch("int", value, path);
  const std::int64_t integer = value.integer();
  if (integer >= lowest && (integer < 0 || static_cast<std::uint64_t>(integer) <= highest)) return integer;
  throw ValidationError("integer " + std::to_string(integer) + path.place() + " is not between " +
                        std::to_string(lowest) + " and " + std::to_string(highest));
}

std::vector<Value> read_items(const Value& value, std::string_view expected, const ValuePath& path) {
  if (value.is_list()) return value.items();
  if (!value.is_array() || value.array().shape().empty()) throw_mismatch(expected, value, path);
  std::vector<Value> rows;
  rows.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) rows.push_back(value[i]);
  return rows;
}

}  // namespace ember
