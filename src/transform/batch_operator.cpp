#include "transform/batch_operator.hpp"

#include <algorithm>

#include <ember/execution_error.hpp>

#include "op/interpreter.hpp"
#include "transform/column_batch.hpp"

namespace ember::xcs {
namespace {

bool is_deadline(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const ExecutionTimeoutError&) {
    return true;
  } catch (...) {
    return false;
  }
}

/// Throws the first failure. Behind a deadline it is the first of the operator's own, if there is one.
[[noreturn]] void throw_first(const Batch& batch, const BatchOutcome& outcome) {
  if (batch.settings().keeps_partial) {
    for (const CallFailure& failure : outcome.failures) {
      if (!is_deadline(failure.error)) std::rethrow_exception(batch.error(failure.call, failure.error));
    }
    std::rethrow_exception(outcome.failures.front().error);
  }
  const CallFailure& first = outcome.failures.front();
  std::rethrow_exception(batch.error(first.call, first.error));
}

/// True when there is no output, or none that was asked for.
bool is_fatal(const Batch& batch, const BatchOutcome& outcome) {
  if (outcome.failures.empty()) return false;
  if (outcome.failures.size() == batch.size() || outcome.outputs.size() != batch.size()) return true;
  if (batch.settings().keeps_going) return false;
  const auto is_late = [](const CallFailure& failure) { return is_deadline(failure.error); };
  return !batch.settings().keeps_partial ||
         !std::all_of(outcome.failures.begin(), outcome.failures.end(), is_late);
}

}  // namespace

Value output_of(const Batch& batch, BatchOutcome outcome) {
  if (is_fatal(batch, outcome)) throw_first(batch, outcome);
  return batch.join(std::move(outcome.outputs), outcome.failures);
}

BatchResult detailed_result_of(const Batch& batch, BatchOutcome outcome) {
  if (!outcome.failures.empty() && outcome.failures.size() == batch.size()) throw_first(batch, outcome);
  BatchResult result;
  for (const CallFailure& failure : outcome.failures) {
    result.errors.push_back({batch.items(failure.call), failure.error});
  }
  result.output = batch.join(std::move(outcome.outputs), outcome.failures);
  return result;
}

std::shared_ptr<const Batch> BatchOperator::calls_of(const Value& arguments) const {
  std::shared_ptr<const Batch> batch = batch_of(arguments);
  return takes_columns(*target_.target) ? by_column(target_, std::move(batch)) : batch;
}

bool BatchOperator::fails_by_group() const {
  return target_.target->has_batch() || takes_columns(*target_.target);
}

Value BatchOperator::call(const Value& arguments) const {
  const std::shared_ptr<const Batch> batch = calls_of(arguments);
  return output_of(*batch, run_batch(batch->callee(target_), batch, batch->settings().keeps_going, memory_));
}

BatchResult BatchOperator::call_detailed(const Value& arguments) const {
  const std::shared_ptr<const Batch> batch = calls_of(arguments);
  return detailed_result_of(*batch, run_batch(batch->callee(target_), batch, true, memory_));
}

void BatchOperator::start(const Value& arguments, const Context& context, Completion done) const {
  std::shared_ptr<const Batch> batch = calls_of(arguments);
  if (batch->size() == 0) return done(output_of(*batch, {}));
  // Functions must be copyable; a completion is not.
  auto shared = std::make_shared<Completion>(std::move(done));
  start_batch(batch->callee(target_), batch, context,
              [self = shared_from_this(), batch, shared](Result<BatchOutcome> outcome) {
                Value output;
                try {
                  output = output_of(*batch, std::move(outcome).value());
                } catch (...) {
                  return shared->fail(std::current_exception());
                }
                (*shared)(std::move(output));
              });
}

BatchResult call_detailed(const OpReference& op, const Value& inputs) {
  if (!op.target) throw_empty_op();
  const auto* batched = dynamic_cast<const BatchOperator*>(op.target.get());
  if (!batched) {
    throw InvalidArgumentError("operator '" + op.name() + "' was not made by vmap, pmap or mesh_sharded");
  }
  try {
    return batched->call_detailed(inputs);
  } catch (...) {
    std::rethrow_exception(wrap_operator_error(op.name(), std::current_exception()));
  }
}

}  // namespace ember::xcs
