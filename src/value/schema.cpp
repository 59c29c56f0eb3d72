#include <ember/schema.hpp>

#include <algorithm>

#include <ember/error.hpp>
#include <ember/record.hpp>

#include "value/schema_node.hpp"

namespace ember {

namespace {

void require_distinct(const std::string& record, const std::vector<SchemaField>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (std::size_t before = 0; before < i; ++before) {
      if (fields[before].name != fields[i].name) continue;
      throw InvalidArgumentError("record " + record + " declares the field '" + fields[i].name + "' twice");
    }
  }
}

void require_fitting_default(const std::string& record, SchemaField& field) {
  if (!field.rules.default_value) return;
  try {
    field.rules.default_value = field.type.validate(*field.rules.default_value);
  } catch (const ValidationError& error) {
    throw InvalidArgumentError("record " + record + ": the default of field '" + field.name +
                               "' does not fit its type: " + error.what());
  }
}

Value read_record_field(const void* object, std::size_t index) {
  const auto& record = *static_cast<const Record*>(object);
  return record.get(record.schema().fields()[index].name);
}

}  // namespace

Schema::Schema() {
  static const auto any_node = std::make_shared<const Node>(Node{.type = Type::any, .name = "any"});
  node_ = any_node;
}

Schema::Schema(std::string name, std::vector<SchemaField> fields) {
  require_distinct(name, fields);
  for (SchemaField& field : fields) require_fitting_default(name, field);
  auto node = std::make_shared<Node>();
  node->type = Type::record;
  node->name = std::move(name);
  node->fields = std::move(fields);
  node->record_type = {.name = node->name, .type = &typeid(Record), .fields = {}, .read = &read_record_field};
  for (const SchemaField& field : node->fields) node->record_type.fields.push_back(field.name);
  node_ = std::move(node);
}

Schema Schema::make(Type type, std::string name, std::optional<Schema> item) {
  return Schema(
      std::make_shared<const Node>(Node{.type = type, .name = std::move(name), .item = std::move(item)}));
}

Schema Schema::boolean() {
  return make(Type::boolean, "bool");
}
Schema Schema::integer() {
  return make(Type::integer, "int");
}
Schema Schema::number() {
  return make(Type::number, "float");
}
Schema Schema::string() {
  return make(Type::string, "string");
}

Schema Schema::list(Schema item) {
  std::string name = "list of " + item.name();
  return make(Type::list, std::move(name), std::move(item));
}

Schema Schema::mapping(Schema item) {
  std::string name = "mapping of " + item.name();
  return make(Type::mapping, std::move(name), std::move(item));
}

Schema Schema::optional(Schema content) {
  std::string name = "optional " + content.name();
  return make(Type::optional, std::move(name), std::move(content));
}

Schema Schema::forbid_extra() const {
  if (!is_record()) throw InvalidArgumentError("forbid_extra needs a record schema, found " + name());
  Schema copy(name(), fields());
  auto node = std::const_pointer_cast<Node>(copy.node_);  // nobody else holds the copy yet
  node->forbids_extra = true;
  node->native = node_->native;
  return copy;
}

Schema Schema::for_native(const NativeType& native) const {
  if (!is_record()) throw InvalidArgumentError("for_native needs a record schema, found " + name());
  Schema copy(name(), fields());
  auto node = std::const_pointer_cast<Node>(copy.node_);
  node->forbids_extra = forbids_extra();
  node->native = &native;
  return copy;
}

Schema::Type Schema::type() const noexcept {
  return node_->type;
}
bool Schema::forbids_extra() const noexcept {
  return node_->forbids_extra;
}
const std::string& Schema::name() const noexcept {
  return node_->name;
}
const std::vector<SchemaField>& Schema::fields() const noexcept {
  return node_->fields;
}
const NativeType* Schema::native_type() const noexcept {
  return node_->native;
}

const SchemaField* Schema::find(std::string_view name) const noexcept {
  for (const SchemaField& field : fields()) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

const Schema& Schema::item() const {
  const auto& item = node_->item;
  if (!item) throw InvalidArgumentError("schema " + name() + " has no items");
  return *item;
}

bool Schema::is_instance(const Value& value) const noexcept {
  if (!is_record() || !value.is_native()) return false;
  if (const Record* record = Record::find(value)) return record->schema() == *this;
  return native_type() != nullptr && *native_type()->type == *value.native_type().type;
}

bool operator==(const Schema& left, const Schema& right) noexcept {
  if (left.node_ == right.node_) return true;
  const Schema::Node& a = *left.node_;
  const Schema::Node& b = *right.node_;
  const auto same_field = [](const SchemaField& x, const SchemaField& y) {
    return x.name == y.name && x.type == y.type && x.rules.is_required == y.rules.is_required &&
           x.rules.default_value == y.rules.default_value && x.rules.description == y.rules.description;
  };
  return a.type == b.type && a.name == b.name && a.item == b.item && a.forbids_extra == b.forbids_extra &&
         a.native == b.native &&
         std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(), same_field);
}

}  // namespace ember
