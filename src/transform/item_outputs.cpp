#include "transform/item_outputs.hpp"

#include <utility>

#include <ember/specification.hpp>

namespace ember::xcs {

Value ItemOutputs::none() const {
  std::vector<std::pair<std::string, Value>> fields;
  // A transform of an operator gives what the operator gives.
  for (const OperatorBase* op = op_.target.get(); op; op = op->original()) {
    const Specification* specification = op->specification();
    if (!specification || !specification->structured_output()) continue;
    for (const SchemaField& field : specification->structured_output()->fields()) {
      fields.emplace_back(field.name, Value::list({}));
    }
    break;
  }
  return Value::mapping(std::move(fields));
}

Value ItemOutputs::stacked(std::vector<Value> outputs, const std::vector<CallFailure>& failures,
                           BatchStyle style) const {
  if (outputs.empty()) return style == BatchStyle::mapping && !gives_list_ ? none() : Value::list({});
  StackRules rules{form_, style, gives_list_, {}};
  for (const CallFailure& failure : failures) rules.missing.push_back(failure.call);
  return stack_outputs(std::move(outputs), rules);
}

}  // namespace ember::xcs
