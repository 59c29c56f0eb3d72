// Calls of the operator that a batch or a stream is about, with what options ask for around them.
#pragma once

#include <ember/op.hpp>

#include "op/call_policy.hpp"
#include "op/interpreter.hpp"

namespace ember::xcs {

/// On this thread. Errors are not wrapped.
inline Value call_with_options(const OpReference& op, const Value& input) {
  const CallPolicy* policy = CallPolicy::current();
  return policy ? policy->call(op, input) : run_call(*op.target, input);
}

}  // namespace ember::xcs
