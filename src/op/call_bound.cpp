#include <ember/call_bound.hpp>

#include <ember/operator.hpp>

namespace ember {

CallBound& CallBound::operator+=(const CallBound& other) {
  model_calls += other.model_calls;
  prompt_tokens += other.prompt_tokens;
  completion_tokens += other.completion_tokens;
  cost_usd += other.cost_usd;
  unknown.insert(unknown.end(), other.unknown.begin(), other.unknown.end());
  return *this;
}

CallBound call_bound_of(const OperatorBase& op) {
  if (const auto* bounded = dynamic_cast<const BoundedOperator*>(&op)) return bounded->call_bound();
  CallBound bound;
  if (op.is_composite()) {
    bound.unknown.emplace_back("a composite: the calls inside are not known before it runs");
  } else if (!op.is_pure()) {
    bound.unknown.emplace_back("the operator '" + op.name() + "' says nothing of what a call takes");
  }
  return bound;
}

}  // namespace ember
