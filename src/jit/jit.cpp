// The public functions of jit, on typeless operators.
#include <ember/jit.hpp>

#include <type_traits>

#include <ember/error.hpp>

#include "base/ambient.hpp"
#include "jit/jit_operator.hpp"

namespace ember::xcs {
namespace {

struct Paused {};

JitOperator& mutable_jit_operator_of(const OpReference& op) {
  // Its switches are no part of what the operator does.
  return const_cast<JitOperator&>(jit_operator_of(op));
}

}  // namespace

struct StructuralJitPause::State {
  State() : ambient(Ambient::current().with(AmbientSlot::structural_jit, std::make_shared<const Paused>())) {}
  AmbientScope ambient;
};

StructuralJitPause::StructuralJitPause() : state_(std::make_unique<State>()) {}

StructuralJitPause::~StructuralJitPause() {
  end_user_scope(state_, "disable_structural_jit");
}

bool is_structural_jit_paused() noexcept {
  return Ambient::current().get<Paused>(AmbientSlot::structural_jit) != nullptr;
}

JitTransform::JitTransform(JITOptions options, bool is_structural_jit)
    : options_(std::move(options)), is_structural_jit_(is_structural_jit) {
  options_.validate();
}

OpReference jit_reference(const OpReference& target, const JITOptions& options, bool is_structural_jit) {
  const OperatorBase& op = *target.target;
  std::shared_ptr<JitOperator> made;
  const auto make = [&]<class Made>(std::type_identity<Made>) {
    auto shared = std::make_shared<Made>(target, options, is_structural_jit);
    (void)share_operator(shared);
    made = std::move(shared);
  };
  const bool is_leaf = !op.is_composite();
  if (is_leaf && op.is_async() && op.has_batch()) {
    make(std::type_identity<JitBatchOperator<JitAsyncOperator>>());
  } else if (is_leaf && op.is_async()) {
    make(std::type_identity<JitAsyncOperator>());
  } else if (is_leaf && op.has_batch()) {
    make(std::type_identity<JitBatchOperator<JitOperator>>());
  } else {
    make(std::type_identity<JitOperator>());
  }
  made->compile_sample();
  return {std::move(made), target.label};
}

const JitOperator& jit_operator_of(const OpReference& op) {
  if (!op.target) throw_empty_op();
  if (const auto* found = dynamic_cast<const JitOperator*>(op.target.get())) return *found;
  throw InvalidArgumentError("operator '" + op.name() + "' was not made by jit or structural_jit");
}

JitStats get_jit_stats(const OpReference& op) {
  return jit_operator_of(op).stats();
}

std::string explain(const OpReference& op) {
  return jit_operator_of(op).explain();
}

CostAnalysis cost_analysis(const OpReference& op) {
  return jit_operator_of(op).cost_analysis();
}

XCSGraph get_plan_graph(const OpReference& op) {
  return jit_operator_of(op).plan_graph();
}

void disable_jit(const OpReference& op) {
  mutable_jit_operator_of(op).set_enabled(false);
}

void enable_jit(const OpReference& op) {
  mutable_jit_operator_of(op).set_enabled(true);
}

void clear_graph_cache(const OpReference& op) {
  mutable_jit_operator_of(op).clear_plans();
}

}  // namespace ember::xcs
