#include <ember/program.hpp>

#include <ember/execute.hpp>

#include "graph/plan.hpp"

namespace ember::xcs {

struct RecordedFunction::State {
  explicit State(RecordedProgram recorded) : program(std::move(recorded)), compiled(*program.graph) {
    const auto& plan = *compiled.plan();
    for (std::size_t node = 0; node < plan.size(); ++node)
      positions.push_back(program.graph->index_of(plan.id(node)));
    answer = BindingWriter(bindings).add(program.answer);
  }

  RecordedProgram program;
  CompiledGraph compiled;
  /// Position in the graph of each node of the plan: the answer counts in the former.
  std::vector<std::size_t> positions;
  BindingStore bindings;
  BindingStore::Place answer = 0;
};

RecordedFunction::RecordedFunction(std::size_t arity,
                                   const std::function<VarData(const std::vector<VarData>& inputs)>& body)
    : state_(std::make_shared<const State>(record_program(arity, body))) {}

Value RecordedFunction::call(const Value& arguments, const ExecutionOptions& options) const {
  const Results results = state_->compiled.run(arguments, options);
  std::vector<Value> outputs(state_->positions.size());
  for (std::size_t node = 0; node < outputs.size(); ++node) {
    outputs[state_->positions[node]] = results.values()[node];
  }
  return state_->bindings.evaluate(state_->answer, arguments, outputs.data());
}

const XCSGraph& RecordedFunction::graph() const noexcept {
  return *state_->program.graph;
}

}  // namespace ember::xcs
