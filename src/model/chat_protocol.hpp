// ChatProtocol: how a completion is asked for and read over HTTP; one implementation per kind of server.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <ember/completion.hpp>
#include <ember/provider.hpp>
#include <ember/value.hpp>

#include "net/http_client.hpp"
#include "net/sse.hpp"

namespace ember::model {

/// Reads one streamed answer. Not thread-safe.
class StreamReader {
 public:
  virtual ~StreamReader() = default;
  /// Takes the next event; returns the text it adds, which may be empty. Throws ProviderAPIError.
  virtual std::string take(const net::SseEvent& event) = 0;
  /// True once the server has said that the answer is complete.
  [[nodiscard]] virtual bool is_complete() const noexcept = 0;
  /// The whole answer.
  virtual Completion finish() = 0;
};

/// Requests and responses of one kind of server. Immutable.
class ChatProtocol {
 public:
  virtual ~ChatProtocol() = default;
  /// The provider's name, for messages.
  [[nodiscard]] virtual const std::string& name() const noexcept = 0;
  /// True when the key is in the environment or not needed.
  [[nodiscard]] virtual bool has_credentials() const = 0;
  /// Throws ProviderConfigError for a missing key and InvalidPromptError for a prompt that can not be sent.
  [[nodiscard]] virtual net::HttpRequest chat_request(const ModelRequest& request,
                                                      bool is_streamed) const = 0;
  [[nodiscard]] virtual net::HttpRequest list_request() const = 0;
  /// Reads the JSON of a whole answer. Throws ProviderAPIError naming the model and what was expected.
  [[nodiscard]] virtual Completion read_completion(const std::string& model_id, const Value& body) const = 0;
  [[nodiscard]] virtual std::unique_ptr<StreamReader> make_reader(const std::string& model_id) const = 0;
};

/// A provider that speaks `protocol` through the HTTP client of the process.
std::shared_ptr<Provider> make_http_provider(std::unique_ptr<const ChatProtocol> protocol);

}  // namespace ember::model
