// Sequential: operators one after the other, each on the output of the one before.
#pragma once

#include <vector>

#include <ember/op.hpp>
#include <ember/operator.hpp>

namespace ember::non {

/// A chain. Each part gets the output of the part before it and, where that is a mapping, those fields of the
/// chain's own input that it lacks; so a judge after an ensemble still sees the query. The output is the last
/// part's. Without parts it gives back its input. Errors are those of the parts, their path extended.
/// Thread-safe.
class Sequential final : public Composite<> {
 public:
  /// Throws InvalidArgumentError for an empty handle. Parts are named as their handles are, a repeated name
  /// numbered.
  explicit Sequential(const std::vector<Op<>>& operators = {});

  [[nodiscard]] const std::vector<Op<>>& operators() const noexcept { return operators_; }
  Var<> forward(Var<> inputs) const override;

 private:
  std::vector<Op<>> operators_;
};

/// A Sequential as an operator handle: `sequential({uniform_ensemble(3, "openai:gpt-4o-mini"),
/// judge_synthesis()})`.
Op<> sequential(const std::vector<Op<>>& operators = {});

}  // namespace ember::non
