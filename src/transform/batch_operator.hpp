// BatchOperator: an operator that makes many calls of another one. What vmap, pmap and mesh_sharded make.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <ember/batch_result.hpp>
#include <ember/op.hpp>

#include "exec/deadline_keeper.hpp"
#include "transform/batch_run.hpp"

namespace ember::xcs {

/// A leaf to everybody else. Thread-safe.
class BatchOperator : public OperatorBase, public DeadlineKeeper {
 public:
  explicit BatchOperator(OpReference target) : target_(std::move(target)) {}

  [[nodiscard]] std::string name() const override { return target_.target->name(); }
  [[nodiscard]] const OperatorBase* original() const noexcept override { return target_.target.get(); }
  [[nodiscard]] InputForm input_form() const noexcept override { return InputForm::list; }
  [[nodiscard]] bool is_pure() const override { return target_.target->is_pure(); }
  /// Its calls are remembered one by one.
  [[nodiscard]] bool is_stochastic() const override { return true; }
  [[nodiscard]] std::string state_signature() const override { return target_.target->state_signature(); }
  [[nodiscard]] std::string structure_signature() const override {
    return target_.target->structure_signature();
  }
  [[nodiscard]] std::size_t arity() const noexcept override { return target_.target->arity(); }
  [[nodiscard]] Value call(const Value& arguments) const override;
  [[nodiscard]] bool keeps_deadline() const noexcept override { return true; }

  /// `call`, with failures as part of the result. Throws when all calls failed.
  [[nodiscard]] virtual BatchResult call_detailed(const Value& arguments) const;

 protected:
  /// The calls for an input. Throws TransformError for one that does not fit.
  [[nodiscard]] virtual std::shared_ptr<const Batch> batch_of(const Value& arguments) const = 0;

  [[nodiscard]] const OpReference& target() const noexcept { return target_; }
  /// `batch_of`, by column where the target takes columns.
  [[nodiscard]] std::shared_ptr<const Batch> calls_of(const Value& arguments) const;
  /// True when an error is that of all items that went to the target at once.
  [[nodiscard]] bool fails_by_group() const;
  [[nodiscard]] BatchMemory& memory() const noexcept { return memory_; }
  void start(const Value& arguments, const Context& context, Completion done) const;

 private:
  const OpReference target_;
  mutable BatchMemory memory_;
};

/// The output, or the error of the first failure.
Value output_of(const Batch& batch, BatchOutcome outcome);
/// What there is, with failures. Throws when all calls failed.
BatchResult detailed_result_of(const Batch& batch, BatchOutcome outcome);

/// The form for operators that wait: it holds no thread either.
template <class Made>
class AsyncBatchOperator final : public Made {
 public:
  using Made::Made;
  void forward_async(Value inputs, Context context, OperatorBase::Completion done) const override {
    this->start(inputs, context, std::move(done));
  }
};

/// A batch operator of type `Made` over `target`.
template <class Made, class... Arguments>
OpReference make_batch_operator(const OpReference& target, Arguments&&... arguments) {
  if (target.target->is_async() && !target.target->has_batch()) {
    return {new_operator<AsyncBatchOperator<Made>>(target, std::forward<Arguments>(arguments)...),
            target.label};
  }
  return {new_operator<Made>(target, std::forward<Arguments>(arguments)...), target.label};
}

}  // namespace ember::xcs
