#include "transform/column_batch.hpp"

#include <algorithm>
#include <utility>

#include <ember/fields.hpp>

#include "exec/call_observation.hpp"
#include "exec/scope_policy.hpp"
#include "op/interpreter.hpp"
#include "transform/batch_layout.hpp"
#include "transform/item_outputs.hpp"
#include "transform/nested_axis.hpp"
#include "transform/shared_column.hpp"

namespace ember::xcs {
namespace {

/// The input of one call: what traces show of it are its fields.
struct ColumnChunk {
  Columns columns;
  Value inputs;
  std::size_t first;
  std::size_t last;
};
EMBER_FIELDS(ColumnChunk, inputs, first, last)

/// The target, called with a chunk.
class ColumnCall final : public Operator<> {
 public:
  ColumnCall(OpReference target, std::size_t items)
      : target_(std::move(target)), outputs_(std::make_shared<SharedColumn>(items)) {}

  [[nodiscard]] std::string name() const override { return target_.target->name(); }
  [[nodiscard]] const OperatorBase* original() const noexcept override { return target_.target.get(); }
  [[nodiscard]] bool is_stochastic() const override { return true; }
  [[nodiscard]] bool prefers_gpu() const override { return target_.target->prefers_gpu(); }
  Value forward(const Value& input) const override {
    const auto& chunk = *input.native_if<ColumnChunk>();
    return run_columns_call(*target_.target,
                            chunk.columns.with_memory(outputs_->part({chunk.first, chunk.last})));
  }
  /// What the calls gave, as one column.
  [[nodiscard]] Value joined(const std::vector<Value>& parts) const {
    if (parts.size() == 1) return parts.front();
    Value whole = outputs_->whole(parts);
    return whole.is_null() ? concatenated(parts) : whole;
  }

 private:
  const OpReference target_;
  const std::shared_ptr<SharedColumn> outputs_;
};

bool have_same_fields(const std::vector<Value>& outputs) {
  const auto& fields = outputs.front().fields();
  return std::all_of(outputs.begin(), outputs.end(), [&](const Value& output) {
    return std::equal(fields.begin(), fields.end(), output.fields().begin(), output.fields().end(),
                      [](const auto& left, const auto& right) { return left.first == right.first; });
  });
}

/// The output of one item among those of its chunk.
Value output_at(const Value& columns, std::size_t index) {
  if (!columns.is_mapping()) return columns[index];
  std::vector<std::pair<std::string, Value>> fields;
  for (const auto& [name, column] : columns.fields()) fields.emplace_back(name, column[index]);
  return Value::mapping(std::move(fields));
}

class ColumnBatch final : public Batch {
 public:
  ColumnBatch(const OpReference& target, std::shared_ptr<const Batch> by_item)
      : Batch(by_item->settings()),
        by_item_(std::move(by_item)),
        chunks_(by_item_->groups()),
        called_(std::make_shared<ColumnCall>(target, by_item_->size())),
        callee_{share_operator(called_), target.label} {}

  [[nodiscard]] std::size_t size() const override { return chunks_.size(); }
  [[nodiscard]] const OpReference& callee(const OpReference&) const override { return callee_; }
  [[nodiscard]] Value input(std::size_t call) const override {
    const auto [first, last] = chunks_[call];
    Columns columns = by_item_->item_form()->layout.columns(first, last);
    Value inputs = columns.inputs();
    return wrap(ColumnChunk{std::move(columns), std::move(inputs), first, last});
  }
  [[nodiscard]] Value join(std::vector<Value> outputs,
                           const std::vector<CallFailure>& failures) const override {
    if (failures.empty() && by_item_->item_form()->outputs.stands_in_front()) {
      const bool are_mappings = std::all_of(outputs.begin(), outputs.end(),
                                            [](const Value& output) { return output.is_mapping(); });
      const bool has_mapping = std::any_of(outputs.begin(), outputs.end(),
                                           [](const Value& output) { return output.is_mapping(); });
      if (!has_mapping) return called_->joined(outputs);
      if (are_mappings && gives_fields() && have_same_fields(outputs)) return joined_fields(outputs);
    }
    return join_items(outputs, failures);
  }
  [[nodiscard]] std::exception_ptr error(std::size_t call, const std::exception_ptr& cause) const override {
    return by_item_->error(chunks_[call].first, cause);
  }
  [[nodiscard]] ItemRange items(std::size_t call) const override { return chunks_[call]; }
  [[nodiscard]] std::string device(std::size_t call) const override {
    return by_item_->device(chunks_[call].first);
  }
  [[nodiscard]] bool has_devices() const override { return by_item_->has_devices(); }

 private:
  [[nodiscard]] bool gives_fields() const {
    const ItemForm form = *by_item_->item_form();
    return form.layout.style() == BatchStyle::mapping && !form.outputs.gives_list();
  }
  [[nodiscard]] Value joined_fields(const std::vector<Value>& outputs) const {
    std::vector<std::pair<std::string, Value>> fields = outputs.front().fields();
    for (std::size_t field = 0; field < fields.size(); ++field) {
      std::vector<Value> parts;
      for (const Value& output : outputs) parts.push_back(output.fields()[field].second);
      fields[field].second = called_->joined(parts);
    }
    return Value::mapping(std::move(fields));
  }
  /// As if each item had had its own call.
  [[nodiscard]] Value join_items(const std::vector<Value>& outputs,
                                 const std::vector<CallFailure>& failures) const {
    std::vector<Value> items(by_item_->size());
    std::vector<CallFailure> failed;
    auto failure = failures.begin();
    for (std::size_t call = 0; call < chunks_.size(); ++call) {
      const bool is_missing = failure != failures.end() && failure->call == call;
      for (std::size_t item = chunks_[call].first; item < chunks_[call].last; ++item) {
        if (is_missing) {
          failed.push_back({item, failure->error});
        } else {
          items[item] = output_at(outputs[call], item - chunks_[call].first);
        }
      }
      if (is_missing) ++failure;
    }
    return by_item_->join(std::move(items), failed);
  }

  const std::shared_ptr<const Batch> by_item_;
  const std::vector<ItemRange> chunks_;
  const std::shared_ptr<ColumnCall> called_;
  const OpReference callee_;
};

}  // namespace

bool takes_columns(const OperatorBase& target) {
  if (!target.has_columns()) return false;
  for (const OperatorBase* form = &target; form; form = form->original()) {
    if (form->specification()) return false;
  }
  const auto* policy = static_cast<const ScopePolicy*>(CallPolicy::current());
  return !policy || !policy->cache() || !may_remember(target);
}

std::shared_ptr<const Batch> by_column(const OpReference& target, std::shared_ptr<const Batch> by_item) {
  if (!by_item->item_form() || by_item->size() == 0) return by_item;
  return std::make_shared<ColumnBatch>(target, std::move(by_item));
}

}  // namespace ember::xcs
