#include <ember/record.hpp>

#include <memory>

#include <ember/error.hpp>

#include "value/schema_node.hpp"

namespace ember {

Record::Record(Schema schema, const Value& fields) : schema_(std::move(schema)) {
  if (!schema_.is_record())
    throw InvalidArgumentError("a Record needs a record schema, found " + schema_.name());
  if (!fields.has_fields()) {
    throw ValidationError(schema_.name() + ": expected a mapping of fields, found " +
                          std::string(to_string(fields.kind())));
  }
  const Value checked = schema_.validate(fields, Extra::forbid);
  std::vector<std::pair<std::string, Value>> ordered;
  for (const SchemaField& field : schema_.fields()) {
    if (checked.has(field.name)) ordered.emplace_back(field.name, checked[field.name]);
  }
  fields_ = Value::mapping(std::move(ordered));
}

Value Record::get(std::string_view name, Value fallback) const {
  return fields_.get(name, std::move(fallback));
}

Value Record::value() const {
  auto shared = std::make_shared<const Record>(*this);
  const NativeType& type = SchemaAccess::record_type(shared->schema_);
  return Value::native(std::move(shared), type);
}

const Record* Record::find(const Value& value) noexcept {
  return value.native_if<Record>();
}

}  // namespace ember
