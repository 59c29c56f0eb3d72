#include "jit/dataflow_unit.hpp"

#include <utility>

#include "jit/composite_table.hpp"
#include "jit/dataflow.hpp"

namespace ember::xcs {

DataflowUnit::DataflowUnit(std::shared_ptr<const OperatorBase> target)
    : target_(std::move(target)), table_(std::make_shared<CompositeTable>(true)) {}

std::shared_ptr<const OperatorBase> DataflowUnit::make(std::shared_ptr<const OperatorBase> target) {
  return new_operator<DataflowUnit>(std::move(target));
}

Value DataflowUnit::call(const Value& arguments) const {
  const EffectiveOptions settings = effective_options({});
  if (!settings.options->is_parallel()) return target_->call(arguments);
  return run_dataflow({target_.get(), arguments, table_, settings.options, {}, Overlap::automatic});
}

}  // namespace ember::xcs
