// `op | stage`: transforms behind the operator that they are applied to.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <ember/op.hpp>

namespace ember::xcs {

/// An operator object or an Op.
template <class T>
concept OperatorOrOp = std::derived_from<T, OperatorBase> || requires(const T& op) {
  typename T::signature;
  { op.reference() } -> std::convertible_to<OpReference>;
};

/// What transforms take: an operator object, an Op, or a function that `op` takes.
template <class T>
concept Transformable = OperatorOrOp<T> || std::is_pointer_v<T> || requires { &T::operator(); };

/// An operator object as an Op, an Op as it is, a function as the operator `function`.
template <Transformable Target>
auto as_op(Target target) {
  if constexpr (OperatorOrOp<Target>) {
    return Op<typename Target::signature>(std::move(target));
  } else {
    return op("function", std::move(target));
  }
}

/// A transform of operators that can stand behind one.
struct TransformStage {};

/// `op | vmap`, `op | jit | pmap({.num_workers = 16})`: the same as `stage(op)`.
template <Transformable Target, class Stage>
  requires std::derived_from<Stage, TransformStage>
auto operator|(Target target, const Stage& stage) {
  return stage(std::move(target));
}

}  // namespace ember::xcs
