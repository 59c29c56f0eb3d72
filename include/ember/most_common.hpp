// MostCommon: a vote over responses.
#pragma once

#include <ember/op.hpp>
#include <ember/operator.hpp>

namespace ember::non {

/// `{responses}` in, `{final_answer}` out: the response that occurs most often, of several the one seen
/// first.
///
/// A null response, as a member that failed leaves it, is no vote; without votes the answer is null. Other
/// input fields are accepted. Throws ItemNotFoundError without `responses`, and IncompatibleTypeError when
/// they are not a list. Thread-safe.
class MostCommon final : public Operator<> {
 public:
  [[nodiscard]] bool is_pure() const override { return true; }
  Value forward(const Value& inputs) const override;
};

/// A MostCommon as an operator handle.
Op<> most_common();

}  // namespace ember::non
