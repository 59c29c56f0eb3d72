// BatchResult: what the calls of a transformed operator came to when failures are a normal answer.
#pragma once

#include <exception>
#include <type_traits>
#include <vector>

#include <ember/op.hpp>
#include <ember/transform_error.hpp>
#include <ember/value.hpp>

namespace ember::xcs {

/// Items without an output.
struct BatchFailure {
  ItemRange items = {};
  /// As the operator threw it; at a deadline, the ExecutionTimeoutError.
  std::exception_ptr error = {};
};

/// An output in which nulls stand for what failed.
struct BatchResult {
  Value output = {};
  /// In order of the items.
  std::vector<BatchFailure> errors = {};

  [[nodiscard]] bool is_complete() const noexcept { return errors.empty(); }
};

/// Calls an operator that `vmap`, `pmap` or `mesh_sharded` made, with failures as part of the result: all
/// items are attempted. Throws when all fail, InvalidArgumentError for other operators.
BatchResult call_detailed(const OpReference& op, const Value& inputs);
template <class R, class A>
BatchResult call_detailed(const Op<R(A)>& op, const std::type_identity_t<A>& inputs) {
  (void)op.target();  // Throws for an empty handle.
  return call_detailed(op.reference(), wrap(A(inputs)));
}

}  // namespace ember::xcs
