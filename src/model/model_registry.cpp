#include <ember/model_registry.hpp>

#include <utility>

#include <ember/error.hpp>
#include <ember/log.hpp>
#include <ember/providers.hpp>

#include "model/model_name.hpp"

namespace ember {
namespace {

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> keys;
  keys.reserve(map.size());
  for (const auto& [key, content] : map) keys.push_back(key);
  return keys;
}

void require_context_tokens(std::int64_t tokens) {
  if (tokens < 1) {
    throw InvalidArgumentError("context_tokens must be at least 1, got " + std::to_string(tokens));
  }
}

}  // namespace

std::shared_ptr<ModelRegistry> ModelRegistry::with_default_providers() {
  auto registry = std::make_shared<ModelRegistry>();
  registry->register_provider(make_openai_provider());
  registry->register_provider(make_anthropic_provider());
  registry->register_provider(make_simulated_provider());
  registry->register_provider(make_recorded_provider());
  return registry;
}

const std::shared_ptr<ModelRegistry>& ModelRegistry::process() {
  // Leaked on purpose: calls may end after static destruction began.
  static const auto* const registry = [] {
    auto created = with_default_providers();
    created->register_provider(simulated_provider());
    created->register_provider(recorded_provider());
    return new std::shared_ptr<ModelRegistry>(std::move(created));
  }();
  return *registry;
}

void ModelRegistry::register_provider(const std::string& prefix, std::shared_ptr<Provider> provider) {
  if (prefix.empty() || prefix.find(':') != std::string::npos) {
    throw InvalidArgumentError("the prefix of a provider must be a text without colon, found '" + prefix +
                               "'");
  }
  if (!provider) throw InvalidArgumentError("the provider for prefix '" + prefix + "' must not be null");
  const std::lock_guard lock(mutex_);
  providers_[prefix].swap(provider);
}

void ModelRegistry::register_provider(std::shared_ptr<Provider> provider) {
  if (!provider) throw InvalidArgumentError("the provider must not be null");
  const std::string prefix = provider->name();
  register_provider(prefix, std::move(provider));
}

std::shared_ptr<Provider> ModelRegistry::provider(std::string_view prefix) const {
  const std::lock_guard lock(mutex_);
  const auto place = providers_.find(prefix);
  return place == providers_.end() ? nullptr : place->second;
}

std::vector<std::string> ModelRegistry::prefixes() const {
  const std::lock_guard lock(mutex_);
  return keys_of(providers_);
}

void ModelRegistry::register_model(ModelInfo info) {
  if (info.id.empty()) throw InvalidArgumentError("the id of a model must not be empty");
  if (info.cost) info.cost->validate();
  if (info.context_tokens) require_context_tokens(*info.context_tokens);
  const std::lock_guard lock(mutex_);
  if (models_.contains(info.id)) throw InvalidArgumentError("model '" + info.id + "' is registered already");
  std::string id = info.id;
  models_.emplace(std::move(id), std::move(info));
}

void ModelRegistry::unregister_model(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto place = models_.find(id);
  if (place != models_.end()) models_.erase(place);
}

bool ModelRegistry::is_registered(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  return models_.contains(id);
}

ModelInfo ModelRegistry::get(std::string_view id) const {
  {
    const std::lock_guard lock(mutex_);
    const auto place = models_.find(id);
    if (place != models_.end()) return place->second;
  }
  refuse(id);
}

std::vector<std::string> ModelRegistry::list_ids() const {
  const std::lock_guard lock(mutex_);
  return keys_of(models_);
}

void ModelRegistry::set_cost(const std::string& id, const ModelCost& cost) {
  cost.validate();
  const std::lock_guard lock(mutex_);
  costs_[id] = cost;
}

void ModelRegistry::set_context_tokens(const std::string& id, std::int64_t tokens) {
  require_context_tokens(tokens);
  const std::lock_guard lock(mutex_);
  context_tokens_[id] = tokens;
}

std::optional<std::int64_t> ModelRegistry::context_tokens(std::string_view id) const {
  const std::string_view without_options = id.substr(0, id.find('?'));
  {
    const std::lock_guard lock(mutex_);
    for (const std::string_view name : {id, without_options}) {
      const auto set = context_tokens_.find(name);
      if (set != context_tokens_.end()) return set->second;
      const auto registered = models_.find(name);
      if (registered != models_.end() && registered->second.context_tokens) {
        return registered->second.context_tokens;
      }
    }
  }
  return known_context_tokens(without_options);
}

std::optional<ModelCost> ModelRegistry::cost(std::string_view id) const {
  const std::string_view without_options = id.substr(0, id.find('?'));
  {
    const std::lock_guard lock(mutex_);
    for (const std::string_view name : {id, without_options}) {
      const auto set = costs_.find(name);
      if (set != costs_.end()) return set->second;
      const auto registered = models_.find(name);
      if (registered != models_.end() && registered->second.cost) return registered->second.cost;
    }
  }
  return known_cost(without_options);
}

std::vector<std::string> ModelRegistry::discover(const Context& context) {
  const std::lock_guard asking(discovery_mutex_);
  if (discovered_) return *discovered_;
  std::map<std::string, std::shared_ptr<Provider>, std::less<>> providers;
  {
    const std::lock_guard lock(mutex_);
    providers = providers_;
  }
  std::vector<std::string> found;
  for (const auto& [prefix, provider] : providers) {
    if (!provider->can_list_models()) continue;
    try {
      for (const std::string& name : provider->list_models(context)) {
        const std::string id = prefix + ":" + name;
        const std::lock_guard lock(mutex_);
        if (models_.emplace(id, ModelInfo{id, std::nullopt, nullptr}).second) found.push_back(id);
      }
    } catch (const std::exception& error) {
      log(LogLevel::warning, "provider '" + prefix + "' did not list its models: " + error.what());
    }
  }
  discovered_ = found;
  return found;
}

}  // namespace ember
