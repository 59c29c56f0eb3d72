// KeptAnswer: a call of a pure operator whose input is the same in every run of a plan. It is made by the
// first run that comes to it; later ones get its answer.
#pragma once

#include <memory>

#include <ember/op.hpp>

namespace ember::xcs {

/// `op`, which keeps its first answer. For pure leaves alone. A failure is not kept. Runs that come to it
/// while the first call goes on make their own.
OpReference with_kept_answer(const OpReference& op);
/// The operator inside, or `target` when it is not of this kind.
const std::shared_ptr<const OperatorBase>& without_kept_answer(
    const std::shared_ptr<const OperatorBase>& target);

}  // namespace ember::xcs
