#include <ember/autograph.hpp>

#include <ember/error.hpp>

#include "graph/recorder.hpp"

namespace ember::xcs {

CallInput::CallInput(std::initializer_list<std::pair<std::string_view, CallInput>> fields) {
  std::vector<std::pair<std::string, VarData>> parts;
  parts.reserve(fields.size());
  for (const auto& [name, input] : fields) parts.emplace_back(std::string(name), input.data());
  data_ = VarData::object(std::move(parts));
}

Autograph::Autograph() : recorder_(std::make_shared<Recorder>(Recorder::Subject::graph)) {}

Autograph::~Autograph() {
  finish();
}

Var<Value> Autograph::input() {
  return Var<Value>(recorder_->input());
}

void Autograph::record(const std::function<void()>& body) {
  recorder_->adopt_thread();
  recorder_->require_open();
  const InterpreterScope scope(recorder_);
  try {
    body();
  } catch (...) {
    recorder_->graph().mark_incomplete();
    throw;
  }
}

void Autograph::finish() noexcept {
  recorder_->finish();
}

const XCSGraph& Autograph::graph() const noexcept {
  return recorder_->graph();
}

VarData Autograph::record_call(std::string name, const OpReference& op, std::vector<VarData> arguments) {
  recorder_->adopt_thread();
  return recorder_->record(std::move(name), op, arguments);
}

RecordedProgram record_program(std::size_t arity,
                               const std::function<VarData(const std::vector<VarData>& inputs)>& body) {
  const auto recorder = std::make_shared<Recorder>(Recorder::Subject::program);
  const VarData whole = recorder->input();
  std::vector<VarData> inputs;
  if (arity == 1) inputs.push_back(whole);
  for (std::size_t position = 0; arity > 1 && position < arity; ++position)
    inputs.push_back(whole.at(position));
  RecordedProgram program;
  {
    const InterpreterScope scope(recorder);
    program.answer = recorder->binding_of(body(inputs));
  }
  recorder->finish();
  program.graph = std::make_shared<const XCSGraph>(std::move(recorder->graph()));
  return program;
}

}  // namespace ember::xcs
