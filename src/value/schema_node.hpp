// What a Schema shares between its copies.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ember/native_type.hpp>
#include <ember/schema.hpp>

namespace ember {

struct Schema::Node {
  Type type = Type::any;
  std::string name{};
  std::vector<SchemaField> fields{};
  std::optional<Schema> item{};
  bool forbids_extra = false;
  const NativeType* native = nullptr;
  NativeType record_type{};  // how a Record of this schema reads inside a Value
};

/// Opens Schemas for the value layer's own sources.
class SchemaAccess {
 public:
  static const NativeType& record_type(const Schema& schema) noexcept { return schema.node_->record_type; }
};

}  // namespace ember
