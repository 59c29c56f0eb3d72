// CallBound: the most that one call of an operator can take, where the operator knows it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ember {

class OperatorBase;

/// Upper bounds, each for one attempt of every model call. Additive.
struct CallBound {
  std::int64_t model_calls = 0;
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
  /// In US dollars.
  double cost_usd = 0;
  /// What has no bound and is therefore not in the figures: `model 'x' has no price`.
  std::vector<std::string> unknown = {};

  CallBound& operator+=(const CallBound& other);
};

/// Base of operators that can bound their calls; derive from it beside `Operator`.
class BoundedOperator {
 public:
  virtual ~BoundedOperator() = default;
  /// The most that one call takes, whatever the input. Must not throw. Thread-safe.
  [[nodiscard]] virtual CallBound call_bound() const = 0;

 protected:
  BoundedOperator() = default;
  BoundedOperator(const BoundedOperator&) = default;
  BoundedOperator(BoundedOperator&&) = default;
  BoundedOperator& operator=(const BoundedOperator&) = default;
  BoundedOperator& operator=(BoundedOperator&&) = default;
};

/// The bound of one call of `op`: what it says; nothing at all for operators that are pure; for all others an
/// unknown part.
CallBound call_bound_of(const OperatorBase& op);

}  // namespace ember
