#include "model/endpoint.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <ember/error.hpp>
#include <ember/json.hpp>

namespace ember::model {
namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

std::string base_url_of(const EndpointDefaults& defaults, const std::string& asked) {
  std::string url = asked;
  if (url.empty()) url = defaults.base_url;
  if (url.empty()) url = environment(defaults.base_url_env);
  if (url.empty()) url = defaults.default_base_url;
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

Endpoint find_endpoint(const EndpointDefaults& defaults, const ModelParameters& parameters) {
  const std::string variable = parameters.api_key_env.value_or(defaults.api_key_env);
  Endpoint endpoint;
  endpoint.base_url = base_url_of(defaults, parameters.base_url.value_or(""));
  endpoint.key = environment(variable.c_str());
  if (endpoint.key.empty() && (endpoint.base_url == defaults.default_base_url || parameters.api_key_env)) {
    ProviderConfigError error("provider '" + defaults.provider +
                              "' needs a key in the environment variable " + variable);
    error.set_hint("export " + variable + "=..., or set base_url to a server that needs no key");
    throw error;
  }
  if (std::ranges::any_of(endpoint.key, [](unsigned char c) { return c < 0x21 || c > 0x7e; })) {
    throw ProviderConfigError("the key in the environment variable " + variable +
                              " holds spaces, line ends or other characters that no key has");
  }
  return endpoint;
}

bool has_endpoint(const EndpointDefaults& defaults) {
  return !environment(defaults.api_key_env.c_str()).empty() ||
         base_url_of(defaults, {}) != defaults.default_base_url;
}

Value with_provider_fields(Value body, const Value& bag) {
  if (!bag.is_mapping()) return body;
  for (const auto& [key, value] : bag.fields()) {
    if (key == "model" || key == "messages" || key == "stream") {
      throw InvalidArgumentError("the provider field '" + key + "' is set by the library");
    }
    body = body.with(key, value);
  }
  return body;
}

void check_messages(const std::string& model_id, const std::vector<Message>& messages) {
  bool has_text = false;
  for (const Message& message : messages) {
    if (!is_utf8(message.content))
      throw InvalidPromptError("Model '" + model_id + "': the prompt is not valid UTF-8");
    has_text = has_text || (message.role != Role::system && !message.content.empty());
  }
  if (!has_text) throw InvalidPromptError("Model '" + model_id + "': the prompt is empty");
}

}  // namespace ember::model
