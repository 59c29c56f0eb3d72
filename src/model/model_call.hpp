// ModelCall: one call of a model with its repetitions, counted when it ends.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <ember/context.hpp>
#include <ember/model_registry.hpp>
#include <ember/provider.hpp>
#include <ember/retry.hpp>
#include <ember/usage.hpp>

#include "base/call_span.hpp"

namespace ember::model {

/// Everything that a call needs, settled before it begins.
struct CallPlan {
  std::shared_ptr<Provider> provider{};
  ModelRequest request{};
  std::optional<ModelCost> cost{};
  std::vector<std::shared_ptr<UsageService>> meters{};
  /// The measured work that the call is part of, or null.
  std::shared_ptr<const CallSpan> span{};
};

/// The plan of a call of `name` by the calling thread: resolves the name and merges `parameters`, which are
/// validated, with scope and defaults. Throws ModelNotFoundError.
CallPlan plan_call(const ModelRegistry& registry, std::string_view name, const ModelParameters& parameters,
                   const Prompt& prompt);

/// Runs a plan: calls `done` exactly once. Transient failures are repeated until the first piece has arrived.
void run_call(CallPlan plan, const Context& context, PieceHandler on_piece, CompletionHandler done);

/// Runs a plan and waits for its end on the calling thread. Throws what the call failed with.
Completion run_call_and_wait(CallPlan plan, const Context& context);

}  // namespace ember::model
