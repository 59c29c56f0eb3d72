// InnerSettings: what the options of a jitted operator mean for everything that runs inside it: nested
// composites, jitted operators and transforms.
#pragma once

#include <optional>

#include <ember/jit_options.hpp>

#include "base/ambient.hpp"

namespace ember::xcs {

class InnerSettings {
 public:
  explicit InnerSettings(const JITOptions& options, bool is_sequential) noexcept
      : is_sequential_(is_sequential),
        max_workers_(options.max_workers),
        remembers_nothing_(options.preserve_stochasticity) {}

  /// False for most: then calls cost nothing more.
  [[nodiscard]] bool are_set() const noexcept { return is_sequential_ || max_workers_ || remembers_nothing_; }
  /// The settings of the calling thread under these.
  [[nodiscard]] Ambient ambient() const;

 private:
  const bool is_sequential_;
  const std::optional<int> max_workers_;
  const bool remembers_nothing_;
};

/// Inside: `settings` are in force for what the calling thread runs and starts.
class InnerScope {
 public:
  explicit InnerScope(const InnerSettings& settings) {
    if (settings.are_set()) scope_.emplace(settings.ambient());
  }

 private:
  std::optional<AmbientScope> scope_;
};

}  // namespace ember::xcs
