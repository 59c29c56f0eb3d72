#include <ember/model_service.hpp>

#include <utility>

#include <ember/error.hpp>

namespace ember {

ModelService::ModelService(std::shared_ptr<ModelRegistry> registry, std::optional<std::string> default_model,
                           std::shared_ptr<UsageService> usage)
    : registry_(registry ? std::move(registry) : std::shared_ptr(ModelRegistry::process())),
      default_model_(std::move(default_model)),
      usage_(usage ? std::move(usage) : std::make_shared<UsageService>()) {}

Model ModelService::get(const std::string& name) {
  const std::string id = registry_->resolve(name);
  const std::lock_guard lock(mutex_);
  const auto place = models_.find(id);
  if (place != models_.end()) return place->second;
  return models_.emplace(id, Model(id, {}, registry_)).first->second;
}

Model ModelService::get() {
  if (!default_model_) throw InvalidArgumentError("no model was named and the service has no default model");
  return get(*default_model_);
}

Completion ModelService::invoke(const std::string& name, const Prompt& prompt,
                                const ModelParameters& overrides) {
  const UsageScope counted(usage_);
  return get(name).complete(prompt, overrides);
}

Completion ModelService::operator()(const Prompt& prompt, const ModelParameters& overrides) {
  const UsageScope counted(usage_);
  return get().complete(prompt, overrides);
}

}  // namespace ember
