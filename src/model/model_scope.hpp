// ModelScope: what a thread's scopes say about model calls; the content of the ambient slot
// `model_parameters`.
#pragma once

#include <memory>
#include <vector>

#include <ember/model_parameters.hpp>
#include <ember/usage.hpp>

namespace ember::model {

struct ModelScope {
  ModelParameters parameters{};
  /// Innermost last.
  std::vector<std::shared_ptr<UsageService>> meters{};

  /// The scope of the calling thread; empty when there is none.
  static const ModelScope& current() noexcept;
};

}  // namespace ember::model
