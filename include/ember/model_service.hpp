// ModelService: models by name with a default, each made once.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <ember/model.hpp>

namespace ember {

/// Asks models by name. Thread-safe.
class ModelService {
 public:
  /// `registry` null means the process's.
  explicit ModelService(std::shared_ptr<ModelRegistry> registry = nullptr,
                        std::optional<std::string> default_model = std::nullopt,
                        std::shared_ptr<UsageService> usage = nullptr);

  /// The model of that name, made at the first request and kept. Throws ModelNotFoundError with the closest
  /// name.
  Model get(const std::string& name);
  /// The default model. Throws InvalidArgumentError when there is none.
  Model get();

  /// Asks the model `name`; throws what `Model::complete` throws.
  Completion invoke(const std::string& name, const Prompt& prompt, const ModelParameters& overrides = {});
  /// Asks the default model. Throws InvalidArgumentError when there is none.
  Completion operator()(const Prompt& prompt, const ModelParameters& overrides = {});

  /// Counts the calls of this service.
  [[nodiscard]] const std::shared_ptr<UsageService>& usage() const noexcept { return usage_; }

 private:
  std::shared_ptr<ModelRegistry> registry_;
  std::optional<std::string> default_model_;
  std::shared_ptr<UsageService> usage_;
  std::mutex mutex_;
  std::map<std::string, Model> models_;
};

}  // namespace ember
