// DataflowUnit: a nested composite as one call whose own parts overlap.
#pragma once

#include <memory>
#include <string>

#include <ember/call_bound.hpp>
#include <ember/op.hpp>

namespace ember::xcs {

class CompositeTable;

class DataflowUnit final : public OperatorBase, public BoundedOperator {
 public:
  explicit DataflowUnit(std::shared_ptr<const OperatorBase> target);
  static std::shared_ptr<const OperatorBase> make(std::shared_ptr<const OperatorBase> target);

  [[nodiscard]] const std::shared_ptr<const OperatorBase>& target() const noexcept { return target_; }
  [[nodiscard]] std::string name() const override { return target_->name(); }
  [[nodiscard]] bool is_pure() const override { return target_->is_pure(); }
  [[nodiscard]] bool never_fails() const override { return target_->never_fails(); }
  [[nodiscard]] bool takes_any_input() const noexcept override { return target_->takes_any_input(); }
  [[nodiscard]] bool is_stochastic() const override { return target_->is_stochastic(); }
  [[nodiscard]] bool prefers_gpu() const override { return target_->prefers_gpu(); }
  [[nodiscard]] std::string state_signature() const override { return target_->state_signature(); }
  [[nodiscard]] const Specification* specification() const override { return target_->specification(); }
  [[nodiscard]] std::size_t arity() const noexcept override { return target_->arity(); }
  [[nodiscard]] CallBound call_bound() const override { return call_bound_of(*target_); }
  [[nodiscard]] Value call(const Value& arguments) const override;

 private:
  std::shared_ptr<const OperatorBase> target_;
  std::shared_ptr<CompositeTable> table_;
};

}  // namespace ember::xcs
