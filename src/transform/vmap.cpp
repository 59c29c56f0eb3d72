#include <ember/vmap.hpp>

#include <algorithm>
#include <memory>

#include <ember/specification.hpp>

#include "transform/batch_layout.hpp"
#include "transform/batch_operator.hpp"
#include "transform/column_batch.hpp"
#include "transform/item_outputs.hpp"
#include "transform/option_reading.hpp"

namespace ember::xcs {
namespace {

const std::string vmap_name = "vmap";

/// One call per item.
class ItemBatchCalls final : public Batch {
 public:
  ItemBatchCalls(BatchLayout layout, const BatchSettings& settings, ItemOutputs outputs)
      : Batch(settings), layout_(std::move(layout)), outputs_(std::move(outputs)) {}

  [[nodiscard]] std::size_t size() const override { return layout_.size(); }
  [[nodiscard]] Value input(std::size_t call) const override { return layout_.item(call); }
  [[nodiscard]] Value join(std::vector<Value> outputs,
                           const std::vector<CallFailure>& failures) const override {
    return outputs_.stacked(std::move(outputs), failures, layout_.style());
  }
  [[nodiscard]] std::exception_ptr error(std::size_t call, const std::exception_ptr& cause) const override {
    return std::make_exception_ptr(ItemError(group_of(call), cause));
  }
  [[nodiscard]] std::vector<ItemRange> groups() const override {
    std::vector<ItemRange> groups;
    const std::size_t most = group_size();
    for (std::size_t first = 0; first < size(); first += most) {
      groups.push_back({first, std::min(size(), first + most)});
    }
    return groups;
  }
  [[nodiscard]] std::optional<ItemForm> item_form() const override { return ItemForm{layout_, outputs_}; }

 private:
  [[nodiscard]] std::size_t group_size() const {
    return settings().window > 0 ? settings().window : std::max<std::size_t>(1, size());
  }
  /// What fails together.
  [[nodiscard]] ItemRange group_of(std::size_t call) const {
    if (!settings().fails_by_group) return {call, call + 1};
    const std::size_t first = call / group_size() * group_size();
    return {first, std::min(size(), first + group_size())};
  }

  const BatchLayout layout_;
  const ItemOutputs outputs_;
};

class VmapOperator : public BatchOperator {
 public:
  VmapOperator(OpReference target, VmapOptions options, bool gives_list)
      : BatchOperator(std::move(target)), options_(std::move(options)), gives_list_(gives_list) {}

 protected:
  [[nodiscard]] std::shared_ptr<const Batch> batch_of(const Value& arguments) const override {
    BatchLayout layout(*target().target, arguments, {options_.in_axes, vmap_name});
    if (!layout.is_batched()) {
      throw TransformError::for_transform(
          vmap_name, "no batched input: nothing in it is a list, or in_axes makes all of it constant");
    }
    BatchSettings settings;
    settings.parallel = options_.parallel;
    settings.max_workers = options_.max_workers;
    settings.window = static_cast<std::size_t>(options_.batch_size.value_or(0));
    settings.fails_by_group = fails_by_group();
    ItemOutputs outputs(target(), {options_.out_axes, vmap_name}, gives_list_);
    return std::make_shared<ItemBatchCalls>(std::move(layout), settings, std::move(outputs));
  }

 private:
  const VmapOptions options_;
  const bool gives_list_;
};

}  // namespace

void VmapOptions::validate() const {
  in_axes.validate_in(vmap_name);
  out_axes.validate_out(vmap_name);
  require_positive(vmap_name, "batch_size", batch_size);
  require_positive(vmap_name, "max_workers", max_workers);
}

VmapOptions VmapOptions::from(const Value& settings) {
  OptionReader reader(vmap_name, settings);
  VmapOptions options;
  reader.read("in_axes", options.in_axes);
  reader.read("out_axes", options.out_axes);
  reader.read("batch_size", options.batch_size);
  reader.read("parallel", options.parallel);
  reader.read("max_workers", options.max_workers);
  reader.finish();
  options.validate();
  return options;
}

OpReference vmap_reference(const OpReference& target, const VmapOptions& options, bool gives_list) {
  return make_batch_operator<VmapOperator>(target, options, gives_list);
}

}  // namespace ember::xcs
