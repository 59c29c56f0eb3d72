// What a model's name means: registered ids first, then the prefix, then the beginnings that tell their
// provider.
#include <algorithm>
#include <utility>

#include <ember/error.hpp>
#include <ember/model_registry.hpp>

#include "base/closest_name.hpp"
#include "model/known_models.hpp"
#include "model/model_name.hpp"

namespace ember {
namespace {

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
  return text;
}

/// `gpt_3_5_turbo` and `gpt-3.5-turbo` alike: ids are also written where only identifiers are allowed.
std::string folded(std::string_view name) {
  std::string plain(name);
  std::ranges::replace_if(
      plain, [](char c) { return c == '_' || c == '.'; }, '-');
  return plain;
}

/// `id` is written as the identifier `plain`, which is folded: as `openai.gpt_4o`, or as `gpt_4o`.
bool is_written_as(const model::ModelName& id, const std::string& plain) {
  const std::string rest = folded(id.rest);
  return rest == plain || folded(id.prefix) + "-" + rest == plain;
}

}  // namespace

std::string ModelRegistry::resolve(std::string_view name) const {
  if (name.empty())
    throw ModelNotFoundError("a model needs a name such as 'openai:gpt-4o', found an empty one");
  if (is_registered(name)) return std::string(name);
  const model::ModelName parts = model::split_name(name);
  if (parts.prefix.empty()) return resolve_bare(name);
  if (!parts.base.empty() && provider(parts.prefix)) return std::string(name);
  refuse(name);
}

std::string ModelRegistry::resolve_bare(std::string_view name) const {
  const std::vector<std::string> ids = list_ids();
  std::vector<std::string> matches;
  bool is_provider_known = false;
  const std::string_view provider_name = model::provider_of_bare(name);
  for (const std::string& id : ids) {
    const model::ModelName parts = model::split_name(id);
    if (parts.rest == name && !parts.prefix.empty()) matches.push_back(id);
    is_provider_known = is_provider_known || (!provider_name.empty() && parts.prefix == provider_name);
  }
  if (!provider_name.empty()) {
    std::string id = std::string(provider_name) + ":" + std::string(name);
    if (std::ranges::find(matches, id) != matches.end()) return id;
    if (is_provider_known && model::is_known_model(id) && provider(provider_name)) return id;
  }
  if (matches.empty()) {
    if (auto id = resolve_identifier(name, ids)) return *std::move(id);
    // Where models of that provider are registered, an unregistered one is most likely a slip.
    if (!provider_name.empty() && !is_provider_known) {
      return std::string(provider_name) + ":" + std::string(name);
    }
  }
  if (matches.size() == 1) return matches.front();
  if (matches.size() > 1) {
    throw ModelNotFoundError("Model '" + std::string(name) + "' is ambiguous: it may be " +
                             quoted_list(matches));
  }
  refuse(name);
}

std::optional<std::string> ModelRegistry::resolve_identifier(std::string_view name,
                                                             std::vector<std::string> ids) const {
  const model::ModelName parts = model::split_name(name);
  const std::string plain = folded(parts.base);
  for (std::string& id : model::known_model_ids()) ids.push_back(std::move(id));
  for (const std::string& id : ids) {
    const model::ModelName known = model::split_name(id);
    if (known.prefix.empty() || !is_written_as(known, plain)) continue;
    return id + std::string(parts.rest.substr(parts.base.size()));
  }
  return std::nullopt;
}

ResolvedModel ModelRegistry::find(std::string_view name) const {
  ResolvedModel found;
  found.id = resolve(name);
  const model::ModelName parts = model::split_name(found.id);
  found.model = std::string(parts.rest);
  {
    const std::lock_guard lock(mutex_);
    const auto registered = models_.find(found.id);
    if (registered != models_.end()) found.provider = registered->second.provider;
  }
  if (!found.provider) found.provider = provider(parts.prefix);
  if (!found.provider) refuse(found.id);
  return found;
}

std::vector<std::string> ModelRegistry::candidates() const {
  std::vector<std::string> ids = list_ids();
  for (std::string& id : model::known_model_ids()) {
    if (provider(model::split_name(id).prefix)) ids.push_back(std::move(id));
  }
  return ids;
}

void ModelRegistry::refuse(std::string_view name) const {
  std::string message = "Model '" + std::string(name) + "' not found";
  const model::ModelName parts = model::split_name(name);
  if (!parts.prefix.empty() && !provider(parts.prefix)) {
    const std::vector<std::string> known = prefixes();
    message += ": no provider is registered for the prefix '" + std::string(parts.prefix) + "'";
    if (!known.empty()) message += " (registered: " + quoted_list(known) + ")";
  }
  const std::vector<std::string> ids = candidates();
  std::vector<std::string> bare;
  for (const std::string& id : ids) bare.emplace_back(model::split_name(id).rest);
  auto closest = closest_name(name, ids);
  if (!closest) {
    if (const auto similar = closest_name(parts.rest, bare)) {
      closest = ids[static_cast<std::size_t>(std::ranges::find(bare, *similar) - bare.begin())];
    }
  }
  if (closest && *closest != name) message += "; did you mean '" + *closest + "'?";
  throw ModelNotFoundError(message);
}

}  // namespace ember
