// Endpoint: where a provider's server is and which key it takes; from options, the call and the environment.
#pragma once

#include <string>
#include <vector>

#include <ember/completion.hpp>
#include <ember/model_parameters.hpp>

namespace ember::model {

/// What the provider's options and its service's conventions say.
struct EndpointDefaults {
  std::string provider{};
  std::string base_url{};
  const char* base_url_env = "";
  const char* default_base_url = "";
  std::string api_key_env{};
};

/// Address and key of one request. The key is read from the environment for it and kept nowhere else.
struct Endpoint {
  std::string base_url{};
  /// Empty when there is none and none is needed.
  std::string key{};
};

/// The endpoint of a call. Throws ProviderConfigError naming the variable when the default server's key is
/// missing, or when a key can not be sent.
Endpoint find_endpoint(const EndpointDefaults& defaults, const ModelParameters& parameters);

/// True when the key is there, or the server is not the default one.
bool has_endpoint(const EndpointDefaults& defaults);

/// The fields of `bag` over `body`. Throws InvalidArgumentError naming a field that the library sets itself.
Value with_provider_fields(Value body, const Value& bag);

/// Throws InvalidPromptError when there is no text to send or a message is not UTF-8.
void check_messages(const std::string& model_id, const std::vector<Message>& messages);

}  // namespace ember::model
