#include <ember/model_operator.hpp>

#include <exception>
#include <memory>
#include <utility>

#include "stock/model_bound.hpp"
#include "stock/model_state.hpp"
#include "stock/shared_completion.hpp"

namespace ember {

void ModelOperator::forward_async(Value inputs, Context context, OperatorBase::Completion done) const {
  const auto outcome = std::make_shared<SharedCompletion>(std::move(done));
  try {
    // The caller may let go of the operator once the call has started.
    model_.complete_async(prompt(inputs), {}, context,
                          [this, keep = weak_from_this().lock(), outcome](Result<ember::Completion> reply) {
                            outcome->finish([&] { return read_reply(reply.value()); });
                          });
  } catch (...) {
    outcome->fail(std::current_exception());
  }
}

std::string ModelOperator::state_signature() const {
  return non::model_state();
}

CallBound ModelOperator::call_bound() const {
  return non::model_bound(model_);
}

}  // namespace ember
