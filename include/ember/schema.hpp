// Schema: the declared shape of a value. A record schema checks inputs and outputs of operators, fills in
// defaults and describes itself as JSON Schema.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include <ember/fields.hpp>
#include <ember/value.hpp>

namespace ember {

struct SchemaField;

/// What happens to fields that a record does not declare.
enum class Extra : std::uint8_t { keep, forbid };

/// The declared shape of a value. Immutable, cheap to copy, safe to use from any number of threads.
///
/// `Schema("QuestionInput", {{"text", Schema::string()}, {"k", Schema::integer(), {.default_value = 3}}})`
class Schema {
 public:
  enum class Type : std::uint8_t { any, boolean, integer, number, string, list, mapping, optional, record };

  /// Accepts everything.
  Schema();
  /// A record: a mapping with declared fields. Throws InvalidArgumentError when a field is declared twice or
  /// a default does not fit its type.
  Schema(std::string name, std::vector<SchemaField> fields);

  static Schema any() { return {}; }
  static Schema boolean();
  static Schema integer();
  /// A float; an integer is accepted and becomes one.
  static Schema number();
  static Schema string();
  static Schema list(Schema item = any());
  /// A mapping with any keys, whose values have the shape `item`.
  static Schema mapping(Schema item = any());
  /// Null, or what `content` accepts.
  static Schema optional(Schema content);

  /// This record schema, but refusing undeclared fields everywhere. Throws InvalidArgumentError when it is no
  /// record.
  [[nodiscard]] Schema forbid_extra() const;
  /// This schema for the C++ type of `type`: natives of that type are accepted as they are.
  [[nodiscard]] Schema for_native(const NativeType& type) const;

  /// `value` with defaults filled in. Undeclared fields stay or are errors, as `extra` says; a schema made by
  /// `forbid_extra` refuses them always. Throws ValidationError naming every field that is wrong.
  [[nodiscard]] Value validate(const Value& value, Extra extra = Extra::keep) const;
  /// The JSON Schema of this schema: an object with `type`, `properties`, `required`, ...
  [[nodiscard]] Value to_json_schema() const;

  [[nodiscard]] Type type() const noexcept;
  [[nodiscard]] bool is_record() const noexcept { return type() == Type::record; }
  [[nodiscard]] bool forbids_extra() const noexcept;
  /// The name of a record; of other types a description such as `list of int`.
  [[nodiscard]] const std::string& name() const noexcept;
  /// The declared fields of a record, in order; empty for other types.
  [[nodiscard]] const std::vector<SchemaField>& fields() const noexcept;
  /// The declared field `name`, or null. Lifetime: that of the schema.
  [[nodiscard]] const SchemaField* find(std::string_view name) const noexcept;
  /// The schema of list items, mapping values or the content of an optional. Throws InvalidArgumentError for
  /// others.
  [[nodiscard]] const Schema& item() const;
  /// The C++ type that this schema was made from, or null.
  [[nodiscard]] const NativeType* native_type() const noexcept;
  /// True when `value` is an instance of this very record: a native of its C++ type, or a Record of it.
  [[nodiscard]] bool is_instance(const Value& value) const noexcept;

  /// Structural: the same names, types, rules and defaults.
  friend bool operator==(const Schema& left, const Schema& right) noexcept;

 private:
  friend class SchemaAccess;
  struct Node;
  explicit Schema(std::shared_ptr<const Node> node) noexcept : node_(std::move(node)) {}
  static Schema make(Type type, std::string name, std::optional<Schema> item = std::nullopt);

  std::shared_ptr<const Node> node_;
};

/// What is known of a field besides its name and type.
struct FieldRules {
  /// Taken when the field is absent. A field with a default is not required.
  std::optional<Value> default_value{};
  /// False: the field may be absent.
  bool is_required = true;
  /// For people and models; part of the JSON Schema.
  std::string description{};
};

/// One declared field of a record.
struct SchemaField {
  std::string name{};
  Schema type{};
  FieldRules rules{};

  /// True when a value without this field is an error.
  [[nodiscard]] bool is_required() const noexcept { return rules.is_required && !rules.default_value; }
};

template <class T>
Schema schema_of();

/// The record schema of a struct with EMBER_FIELDS. Within its own fields (a tree), the struct counts as
/// `any`.
template <HasFields T>
Schema record_schema_of() {
  thread_local bool is_building = false;
  if (is_building) return Schema::any();
  static const Schema schema = [] {
    is_building = true;
    struct Reset {
      ~Reset() { is_building = false; }
    } reset;
    std::vector<SchemaField> fields;
    for_each_field<T>([&]<class Member>(const FieldPointer<T, Member>& field) {
      fields.push_back({std::string(field.name), schema_of<Member>(), {.is_required = !is_optional<Member>}});
    });
    return Schema(type_name<T>(), std::move(fields)).for_native(native_type_of<T>());
  }();
  return schema;
}

/// The schema of a C++ type: structs with EMBER_FIELDS are records whose std::optional members may be absent
/// and whose other members are required.
template <class T>
Schema schema_of() {
  if constexpr (std::same_as<T, bool>) {
    return Schema::boolean();
  } else if constexpr (IntegerField<T>) {
    return Schema::integer();
  } else if constexpr (std::floating_point<T>) {
    return Schema::number();
  } else if constexpr (StringField<T>) {
    return Schema::string();
  } else if constexpr (is_vector<T>) {
    return Schema::list(schema_of<typename T::value_type>());
  } else if constexpr (is_string_map<T>) {
    return Schema::mapping(schema_of<typename T::mapped_type>());
  } else if constexpr (is_optional<T>) {
    return Schema::optional(schema_of<typename T::value_type>());
  } else if constexpr (HasFields<T>) {
    return record_schema_of<T>();
  } else {
    return Schema::any();
  }
}

}  // namespace ember
