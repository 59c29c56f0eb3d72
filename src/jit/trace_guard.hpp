// TraceGuard: something that `forward` looked at while it was observed. A trace holds as long as it would see
// the same again.
#pragma once

#include <memory>
#include <string>

#include <ember/binding.hpp>
#include <ember/op.hpp>

#include "jit/data_read.hpp"

namespace ember::xcs {

struct TraceGuard {
  enum class Question { data, size, field };
  Question question = Question::data;
  /// The input or a step, and the part of it.
  Binding place;
  /// For `field`: which.
  std::string field;
  /// The data, or the answer to the question.
  Value seen;
  DataRead read;

  /// Whether `forward` would see the same in `part`, which is at the place now.
  [[nodiscard]] bool holds(const Value& part) const;
  /// The same for a guard on the input.
  [[nodiscard]] bool holds_for_input(const Value& input) const;
  /// True when both look at the same, whatever they saw.
  [[nodiscard]] bool asks_the_same(const TraceGuard& other) const;
};

/// What `part` answers to the question of a guard. Throws what the look would throw.
Value answer_of(TraceGuard::Question question, const std::string& field, const Value& part);

/// The data of 'classify.kind' was "sum"
std::string to_string(const TraceGuard& guard);

/// A guard inside a plan: throws GuardFailed when it does not hold.
class GuardOperator final : public OperatorBase {
 public:
  struct GuardFailed {};

  explicit GuardOperator(std::shared_ptr<const TraceGuard> guard) : guard_(std::move(guard)) {}
  /// The guard of a node that is a check of a trace.
  static const std::shared_ptr<const TraceGuard>& guard_of(const OperatorBase& check);

  [[nodiscard]] std::string name() const override { return "guard"; }
  [[nodiscard]] std::size_t arity() const noexcept override { return 1; }
  [[nodiscard]] Value call(const Value& part) const override;

 private:
  const std::shared_ptr<const TraceGuard> guard_;
};

}  // namespace ember::xcs
