// compose: several transforms of operators as one, the last one innermost.
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include <ember/op.hpp>
#include <ember/transform_stage.hpp>

namespace ember::xcs {

/// What `compose` gives: a transform of operators.
template <class... Transforms>
class Composition : public TransformStage {
 public:
  explicit Composition(Transforms... transforms) : transforms_(std::move(transforms)...) {}

  /// The first transform of the second one of ... of `target`. Without transforms, `target` as an Op.
  template <Transformable Target>
  [[nodiscard]] auto operator()(Target target) const {
    return apply<sizeof...(Transforms)>(as_op(std::move(target)));
  }

 private:
  template <std::size_t Count, class Target>
  auto apply(Target target) const {
    if constexpr (Count == 0) {
      return target;
    } else {
      return apply<Count - 1>(as_op(std::get<Count - 1>(transforms_)(std::move(target))));
    }
  }

  std::tuple<Transforms...> transforms_;
};

/// `compose(f, g)(op)` is `f(g(op))`: `compose(vmap({.batch_size = 32}), pmap({.max_workers = 4}))(op)`.
/// Takes everything that can be called with an Op and gives an operator or an Op.
template <class... Transforms>
Composition<Transforms...> compose(Transforms... transforms) {
  return Composition<Transforms...>(std::move(transforms)...);
}

}  // namespace ember::xcs
