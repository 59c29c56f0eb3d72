#include <ember/sequential.hpp>

#include <utility>

#include "value/overlay.hpp"

namespace ember::non {
namespace {

Value carry(const Value& output, const Value& inputs) {
  if (!output.has_fields() || !inputs.has_fields()) return output;
  return with_missing_fields(output, inputs);
}

/// `carry` as a part of a graph: which fields there are is known only when it runs.
class CarryForward final : public Operator<> {
 public:
  [[nodiscard]] bool is_pure() const override { return true; }
  Value forward(const Value& parts) const override { return carry(parts["output"], parts["inputs"]); }
};

const Op<>& carry_forward() {
  static const Op<> operator_of_process = CarryForward();
  return operator_of_process;
}

Var<> carried(const Var<>& output, const Var<>& inputs) {
  if (output.is_concrete() && inputs.is_concrete()) return carry(output.get(), inputs.get());
  return carry_forward()(object({{"output", output}, {"inputs", inputs}}));
}

}  // namespace

Sequential::Sequential(const std::vector<Op<>>& operators) {
  for (const Op<>& part : operators) {
    static_cast<void>(part.target());  // refuses an empty handle
    operators_.push_back(child(part.reference().name(), part));
  }
}

Var<> Sequential::forward(Var<> inputs) const {
  Var<> result = inputs;
  bool is_first = true;
  for (const Op<>& part : operators_) {
    result = part(is_first ? result : carried(result, inputs));
    is_first = false;
  }
  return result;
}

Op<> sequential(const std::vector<Op<>>& operators) {
  return Sequential(operators);
}

}  // namespace ember::non
