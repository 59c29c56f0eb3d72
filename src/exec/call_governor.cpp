#include "exec/call_governor.hpp"

#include <ember/execution_options.hpp>

#include "exec/run.hpp"

namespace ember::xcs {
namespace {

/// Runs one call as a plan of one node.
Value run_with_deadline(const OpReference& op, const Value& arguments, const ExecutionOptions& options) {
  XCSGraph graph;
  graph.add_recorded_node(op, Binding::of_literal(arguments));
  const Ref<Run> run = Run::create(
      {Plan::compile(graph), Value(), {std::make_shared<const ExecutionOptions>(options), false}, {}, {}});
  run->run_to_end();
  if (const std::exception_ptr error = run->first_raw_error()) {
    std::rethrow_exception(wrap_operator_error(op.name(), error));
  }
  return run->results().entries().front().second;
}

class CallGovernor final : public Interpreter {
 public:
  explicit CallGovernor(Interpreter* outer) : outer_(outer) {}

  Value call(const OpReference& op, const Value& arguments) override {
    if (outer_ && outer_->is_recording()) return outer_->call(op, arguments);
    const ExecutionOptions options = get_execution_options();
    // Inside a run its own deadline holds already.
    const bool is_bound = Context::current().deadline() != TimePoint::max();
    if (is_bound || !options.timeout_seconds) return run_and_wrap(op, arguments);
    return run_with_deadline(op, arguments, options);
  }

  VarData call(const OpReference& op, std::vector<VarData> arguments) override {
    if (outer_ && outer_->is_recording()) return outer_->call(op, std::move(arguments));
    std::vector<Value> values;
    values.reserve(arguments.size());
    for (const VarData& argument : arguments) values.push_back(argument.get());
    return call(op, values.size() == 1 ? values.front() : join_arguments(std::move(values)));
  }

  [[nodiscard]] bool is_recording() const noexcept override { return outer_ && outer_->is_recording(); }

 private:
  Interpreter* const outer_;
};

}  // namespace

std::shared_ptr<Interpreter> govern_calls(Interpreter* outer) {
  return std::make_shared<CallGovernor>(outer);
}

}  // namespace ember::xcs
