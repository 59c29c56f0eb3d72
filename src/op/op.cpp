// The interception point: every operator call passes `call_op`.
#include <ember/op.hpp>

#include <ember/error.hpp>

#include "op/call_policy.hpp"
#include "op/completion_relay.hpp"
#include "op/interpreter.hpp"
#include "value/error_value.hpp"

namespace ember {
namespace {

/// What `check` gives. A value of another kind is an argument error where a specification is asked by itself,
/// and does not satisfy the specification where an operator is called.
template <class Check>
Value specified(const Check& check) {
  try {
    return check();
  } catch (const InvalidArgumentError& problem) {
    SpecificationValidationError failed(problem.what());
    failed.set_cause(std::current_exception());
    throw failed;
  }
}

void check_output(const OperatorBase& target, Value& output) {
  if (const Specification* specification = target.specification())
    output = specified([&] { return specification->validate_output(output); });
}

Value call_body(const OperatorBase& target, const Value& arguments) {
  if (!target.is_composite()) return target.call(arguments);
  Interpreter* interpreter = Interpreter::current();
  return interpreter ? interpreter->call_body(target, arguments) : target.call(arguments);
}

/// Checks the output of an asynchronous leaf before it is handed on.
class OutputCheck final : public CompletionRelay {
 public:
  using CompletionRelay::CompletionRelay;

 private:
  void see(Value& value, std::exception_ptr& error) noexcept override {
    if (error) return;
    try {
      check_output(target(), value);
    } catch (...) {
      error = std::current_exception();
    }
  }
};

void start_checked(const OperatorBase& target, const Value& arguments, const Context& context,
                   CompletionCallback& done) {
  Value input = checked_input(target, arguments);
  if (!target.is_async()) {
    Value output = target.call(input);
    check_output(target, output);
    done(std::move(output));
    return;
  }
  if (target.specification()) {
    done = CompletionCallback(*new OutputCheck(target.shared_from_this(), std::move(done)), 0);
  }
  start_leaf(target, std::move(input), context, std::move(done));
}

}  // namespace

Value checked_input(const OperatorBase& target, const Value& arguments) {
  const Specification* specification = target.specification();
  if (!specification) return arguments;
  try {
    return specified([&] { return specification->validate_inputs(arguments); });
  } catch (...) {
    target.note_refused_input();
    throw;
  }
}

std::vector<Value> run_batch_call(const OperatorBase& target, const std::vector<Value>& inputs) {
  std::vector<Value> outputs = target.forward_batch(inputs);
  if (outputs.size() != inputs.size()) {
    throw OperatorError("forward_batch of '" + target.name() + "' gave " + std::to_string(outputs.size()) +
                        " outputs for " + std::to_string(inputs.size()) + " inputs");
  }
  for (Value& output : outputs) check_output(target, output);
  return outputs;
}

Value run_columns_call(const OperatorBase& target, const Columns& columns) {
  Value output = target.call_columns(columns);
  const auto require_length = [&](const Value& column, const std::string& where) {
    const bool is_column = column.is_list() || (column.is_array() && !column.array().shape().empty());
    if (is_column && column.size() == columns.size()) return;
    const std::string found =
        is_column ? std::to_string(column.size()) + " outputs" : "a " + std::string(to_string(column.kind()));
    throw OperatorError("forward_columns of '" + target.name() + "' gave " + found + where + " for " +
                        std::to_string(columns.size()) + " items");
  };
  if (!output.is_mapping()) {
    require_length(output, "");
  } else {
    for (const auto& [name, column] : output.fields()) require_length(column, " in '" + name + "'");
  }
  return output;
}

Value run_call(const OperatorBase& target, const Value& arguments) {
  if (!target.specification()) return call_body(target, arguments);
  Value output = call_body(target, checked_input(target, arguments));
  check_output(target, output);
  return output;
}

void start_call(const OperatorBase& target, const Value& arguments, const Context& context,
                CompletionCallback done) {
  try {
    start_checked(target, arguments, context, done);
  } catch (...) {
    if (done) done.fail(std::current_exception());
  }
}

void start_leaf(const OperatorBase& leaf, Value input, Context context, CompletionCallback done) {
  DroppedCompletion dropped(done);
  try {
    leaf.forward_async(std::move(input), std::move(context), std::move(done));
  } catch (...) {
    dropped.fail(std::current_exception());
  }
}

bool passes_unwrapped(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const OperatorError&) {
    return true;
  } catch (const XCSError&) {
    return true;
  } catch (...) {
    return false;
  }
}

std::exception_ptr wrap_operator_error(const std::string& name, std::exception_ptr error) {
  // Not in place: an operator may keep an error and throw it again.
  if (passes_unwrapped(error)) return error_under(name, error);
  auto wrapped = OperatorExecutionError::for_operator(name, message_of(error));
  wrapped.set_path(name);
  wrapped.set_cause(std::move(error));
  return std::make_exception_ptr(std::move(wrapped));
}

Value joined(const std::vector<VarData>& arguments) {
  if (arguments.size() == 1) return arguments.front().get();
  std::vector<Value> values;
  values.reserve(arguments.size());
  for (const VarData& argument : arguments) values.push_back(argument.get());
  return join_arguments(std::move(values));
}

Value run_and_wrap(const OpReference& op, const Value& arguments) {
  try {
    const CallPolicy* policy = CallPolicy::current();
    return policy ? policy->call(op, arguments) : run_call(*op.target, arguments);
  } catch (...) {
    std::rethrow_exception(wrap_operator_error(op.name(), std::current_exception()));
  }
}

// Not through `call_op`: this is the same call in another form, and must not stand twice in paths and traces.
Value DynamicOperator::forward(const Value& inputs) const {
  return output_(run_call(*target_.target, inputs));
}

Value DynamicOperator::forward_columns(const Columns& columns) const {
  Value output = target_.target->call_columns(columns);
  if (!output.is_list()) return output;
  std::vector<Value> items;
  items.reserve(output.size());
  for (const Value& item : output.items()) items.push_back(output_(item));
  return Value::list(std::move(items));
}

Value call_op(const OpReference& op, const Value& arguments) {
  if (Interpreter* interpreter = Interpreter::current()) return interpreter->call(op, arguments);
  return run_and_wrap(op, arguments);
}

VarData call_op(const OpReference& op, std::vector<VarData> arguments) {
  Interpreter* owner = nullptr;
  for (const VarData& argument : arguments) {
    if (!argument.is_concrete() && !owner) owner = argument.interpreter();
  }
  if (!owner) owner = Interpreter::current();
  if (owner) return owner->call(op, std::move(arguments));
  return run_and_wrap(op, joined(arguments));
}

}  // namespace ember
