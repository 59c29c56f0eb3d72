// Provider: who answers the models of one prefix. Implement it to connect another service.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <ember/completion.hpp>
#include <ember/context.hpp>
#include <ember/model_parameters.hpp>
#include <ember/result.hpp>

namespace ember {

/// One request to a provider, all levels of parameters merged.
struct ModelRequest {
  /// Full id, such as `openai:gpt-4o-mini`.
  std::string model_id{};
  /// The id behind the prefix, such as `gpt-4o-mini`.
  std::string model{};
  /// The whole conversation; a system text of the parameters is its first message.
  std::vector<Message> messages{};
  ModelParameters parameters{};
  /// Which attempt of its call this is, from 1.
  int attempt = 1;
};

/// The content of the last user message; empty when there is none.
std::string_view last_user_message(const std::vector<Message>& messages) noexcept;

/// Takes the outcome of a completion, exactly once, on any thread. Must not throw.
using CompletionHandler = std::function<void(Result<Completion>)>;
/// Takes the pieces of a streamed completion in order, one call at a time, on any thread. Must not throw.
using PieceHandler = std::function<void(const CompletionPiece&)>;

/// Answers requests. Thread-safe.
class Provider {
 public:
  virtual ~Provider() = default;
  Provider() = default;
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  /// The prefix under which it is usually registered.
  [[nodiscard]] virtual std::string name() const = 0;

  /// Makes one attempt and calls `done` exactly once, also when `context` stops or its deadline passes;
  /// `done` may be called before this returns. With a non-empty `on_piece` the answer is streamed: `done`
  /// follows the last piece. Does not hold a thread while waiting, keeps no time but that of
  /// `context.clock()`, and does not repeat failures: it says ProviderAPIError with `is_transient()`; a field
  /// `retry_after` of the error's context gives the seconds to wait. May throw instead of calling `done`. The
  /// usage's cost is filled in by the caller.
  virtual void complete_async(ModelRequest request, const Context& context, PieceHandler on_piece,
                              CompletionHandler done) = 0;

  /// True when `list_models` has a chance: the credentials it needs are in the environment.
  [[nodiscard]] virtual bool can_list_models() const { return false; }
  /// The names of the models, without prefix. Blocks; throws ProviderAPIError.
  virtual std::vector<std::string> list_models(const Context& context);
};

/// A provider that answers by calling `answer` on the thread that asks. `answer` returns at least the text,
/// or throws; it should be quick, as it may run on a timer's thread when a failure is repeated. Thread-safe
/// if `answer` is.
std::shared_ptr<Provider> make_provider(std::string name,
                                        std::function<Completion(const ModelRequest&)> answer);

}  // namespace ember
