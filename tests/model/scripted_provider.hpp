// A provider that answers by rule and remembers what it was asked.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <ember/model.hpp>

namespace ember::testing {

class ScriptedProvider {
 public:
  using Rule = std::function<Completion(const ModelRequest&)>;

  static Completion echo(const ModelRequest& request) {
    Completion completion;
    completion.text = "Echo: " + std::string(last_user_message(request.messages));
    return completion;
  }

  explicit ScriptedProvider(Rule rule = echo) : rule_(std::move(rule)) {}

  /// A registry whose prefix `dummy` asks this provider. Lifetime: no longer than the provider.
  std::shared_ptr<ModelRegistry> registry() {
    auto registry = std::make_shared<ModelRegistry>();
    registry->register_provider(make_provider("dummy", [this](const ModelRequest& request) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      return rule_(request);
    }));
    return registry;
  }

  [[nodiscard]] std::vector<ModelRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] ModelParameters last_parameters() const { return requests().back().parameters; }

 private:
  Rule rule_;
  mutable std::mutex mutex_;
  std::vector<ModelRequest> requests_;
};

/// A rule that fails with `error` the first `failures` times.
template <class E>
ScriptedProvider::Rule failing_first(int failures, E error) {
  return [failures, error = std::move(error)](const ModelRequest& request) {
    if (request.attempt <= failures) throw error;
    return ScriptedProvider::echo(request);
  };
}

}  // namespace ember::testing
