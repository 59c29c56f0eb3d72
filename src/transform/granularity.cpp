#include "transform/granularity.hpp"

#include <ember/error.hpp>
#include <ember/specification.hpp>

namespace ember::xcs {
namespace {

const Schema& content_of(const Schema& declared) {
  return declared.type() == Schema::Type::optional ? declared.item() : declared;
}

const Specification* specification_of(const OperatorBase& op) {
  for (const OperatorBase* form = &op; form; form = form->original()) {
    if (form->specification()) return form->specification();
  }
  return nullptr;
}

}  // namespace

Granularity granularity_of(const std::string& name, const std::string& transform) {
  if (name == "auto") return Granularity::automatic;
  if (name == "item") return Granularity::item;
  if (name == "shard") return Granularity::shard;
  throw TransformError::for_transform(transform,
                                      "unknown granularity '" + name + "'; there are: auto, item, shard");
}

Granularity granularity_for(const OperatorBase& op, Granularity given, const BatchLayout& layout) {
  if (given != Granularity::automatic) return given;
  if (op.input_form() == InputForm::list) return Granularity::shard;
  const Specification* specification = specification_of(op);
  if (specification && specification->input_model()) {
    // What is declared is a record: a list is one of records.
    if (layout.style() == BatchStyle::list) return Granularity::item;
    bool declares_list = false;
    for (const std::string& name : layout.batched_fields()) {
      const SchemaField* field = specification->input_model()->find(name);
      if (!field) continue;
      const Schema::Type type = content_of(field->type).type();
      if (type == Schema::Type::list) {
        declares_list = true;
      } else if (type != Schema::Type::any) {
        return Granularity::item;
      }
    }
    if (declares_list) return Granularity::shard;
  }
  return op.input_form() == InputForm::item ? Granularity::item : Granularity::shard;
}

}  // namespace ember::xcs
