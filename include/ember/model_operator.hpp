// ModelOperator: base of the operators that make one model call: prompt from the inputs, output from the
// reply.
#pragma once

#include <string>

#include <ember/call_bound.hpp>
#include <ember/model.hpp>
#include <ember/operator.hpp>

namespace ember {

/// A leaf that asks one model once. Holds no thread while the model works. Errors: what `prompt` and
/// `read_reply` throw, and those of `Model`.
class ModelOperator : public Operator<>, public BoundedOperator {
 public:
  /// The model that is asked.
  [[nodiscard]] const Model& model() const noexcept { return model_; }

  /// Asks and waits.
  Value forward(const Value& inputs) const override { return call_async_and_wait(inputs); }
  /// Asks; the outcome arrives at `done`, on the thread that the model's provider calls back on.
  void forward_async(Value inputs, Context context, OperatorBase::Completion done) const override;
  /// Changes with the parameters that scopes and the process give to model calls.
  [[nodiscard]] std::string state_signature() const override;
  /// One model call: the answer by `max_tokens`, the prompt by what the registry knows of the model.
  [[nodiscard]] CallBound call_bound() const override;

 protected:
  explicit ModelOperator(Model model) : model_(std::move(model)) {}

  /// What the model is asked. May throw: then no call is made.
  [[nodiscard]] virtual Prompt prompt(const Value& inputs) const = 0;
  /// The output for a reply. Short, as it runs on the provider's thread.
  [[nodiscard]] virtual Value read_reply(const ember::Completion& reply) const = 0;

 private:
  Model model_;
};

}  // namespace ember
