#include <ember/operator.hpp>

#include <algorithm>
#include <atomic>
#include <stop_token>
#include <typeinfo>

#include <ember/error.hpp>

#include "base/type_name.hpp"
#include "op/interpreter.hpp"

namespace ember {
namespace {

/// Receives one outcome and wakes the thread that waits for it, in real or simulated time.
class WaitingSink final : public CompletionSink {
 public:
  void complete(std::size_t, Value value, std::exception_ptr error) noexcept override {
    value_ = std::move(value);
    error_ = std::move(error);
    done_.request_stop();
  }
  void retain() noexcept override { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept override {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  Value wait(const Context& context) {
    // A stop source is the one thing that every clock can wait for.
    context.clock()->sleep_until(TimePoint::max(), done_.get_token());
    if (error_) std::rethrow_exception(error_);
    return std::move(value_);
  }

 private:
  std::atomic<int> references_ = 0;
  std::stop_source done_;
  Value value_;
  std::exception_ptr error_;
};

struct SinkRelease {
  void operator()(WaitingSink* sink) const noexcept { sink->release(); }
};

}  // namespace

OperatorBase::~OperatorBase() = default;

std::string OperatorBase::name() const {
  return short_type_name(typeid(*this));
}

std::vector<Value> OperatorBase::forward_batch(const std::vector<Value>& inputs) const {
  std::vector<Value> outputs;
  outputs.reserve(inputs.size());
  for (const Value& input : inputs) outputs.push_back(call(input));
  return outputs;
}

Value OperatorBase::forward_columns(const Columns& columns) const {
  std::vector<Value> outputs;
  outputs.reserve(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) outputs.push_back(call(columns.item(i)));
  return Value::list(std::move(outputs));
}

void OperatorBase::forward_async(Value inputs, Context context, Completion done) const {
  const ContextScope scope(context);
  Value output;
  try {
    output = call(inputs);
  } catch (...) {
    done.fail(std::current_exception());
    return;
  }
  done(std::move(output));
}

VarData OperatorBase::call_symbolic(const std::vector<VarData>&) const {
  throw InvalidArgumentError("operator '" + name() + "' is a leaf: it has no symbolic form");
}

Value OperatorBase::call_async_and_wait(const Value& arguments) const {
  const Context context = Context::current();
  auto* raw = new WaitingSink;
  raw->retain();
  const std::unique_ptr<WaitingSink, SinkRelease> sink(raw);
  forward_async(arguments, context, CompletionCallback(*sink, 0));
  return sink->wait(context);
}

std::string OperatorBase::add_child(std::string name, std::shared_ptr<const OperatorBase> target) {
  if (!target) throw_empty_op();
  if (name.empty()) throw InvalidArgumentError("a child needs a name");
  const auto is_taken = [&](const std::string& wanted) {
    return std::any_of(children_.begin(), children_.end(),
                       [&](const Child& child) { return child.name == wanted; });
  };
  std::string unique = name;
  for (std::size_t number = 2; is_taken(unique); ++number) unique = name + "_" + std::to_string(number);
  children_.push_back({unique, std::move(target)});
  return unique;
}

void throw_missing_forward(const OperatorBase& target) {
  throw OperatorError("operator '" + target.name() + "' overrides neither forward nor forward_async");
}

void throw_empty_op() {
  throw InvalidArgumentError("the operator handle is empty: it was made without an operator");
}

std::shared_ptr<const OperatorBase> share_operator(std::shared_ptr<const OperatorBase> target,
                                                   Overrides overrides) {
  if (!target) throw_empty_op();
  const_cast<OperatorBase&>(*target).overrides_ = overrides;
  return target;
}

std::vector<Value> split_arguments(const OperatorBase& target, const Value& arguments, std::size_t arity) {
  if (arity == 1) return {arguments};
  const std::size_t given = arguments.is_null() ? 0 : arguments.is_list() ? arguments.size() : 1;
  if (given != arity) {
    throw InvalidArgumentError("operator '" + target.name() + "' takes " + std::to_string(arity) +
                               " arguments, got " + std::to_string(given));
  }
  if (arity == 0) return {};
  return arguments.items();
}

Value join_arguments(std::vector<Value> arguments) {
  return arguments.empty() ? Value() : Value::list(std::move(arguments));
}

}  // namespace ember
