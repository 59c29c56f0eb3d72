// Model: a handle to a language model. `Model("openai:gpt-4o-mini", {.temperature = 0.2}).complete("Say
// hi").text`
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ember/completion.hpp>
#include <ember/completion_stream.hpp>
#include <ember/context.hpp>
#include <ember/error.hpp>
#include <ember/fields.hpp>
#include <ember/model_parameters.hpp>
#include <ember/model_registry.hpp>
#include <ember/provider.hpp>
#include <ember/usage.hpp>

namespace ember {

/// A model with its parameters. A cheap value; all members may be called from any number of threads at once.
/// The name is resolved and keys are read when a call is made, so a Model can be made before its provider is
/// there.
///
/// Calls throw (or hand to their callback): ModelNotFoundError; ProviderConfigError for a missing key;
/// ProviderAPIError with the HTTP status for what the provider refused or did wrong; ModelError with code
/// `execution_timeout` or `execution_stopped` when the context's deadline passed or it was stopped. Messages
/// never hold the prompt or the key.
class Model {
 public:
  /// Throws InvalidArgumentError naming a parameter that is out of range. `registry` null means the
  /// process's.
  Model(std::string id, ModelParameters parameters = {}, std::shared_ptr<ModelRegistry> registry = nullptr);

  /// The id as given, such as `openai:gpt-4o-mini` or `gpt-4o-mini`.
  [[nodiscard]] const std::string& id() const noexcept;
  /// The id without prefix and options: `gpt-4o-mini`.
  [[nodiscard]] const std::string& name() const noexcept;
  /// The parameters of this handle alone.
  [[nodiscard]] const ModelParameters& parameters() const noexcept;
  [[nodiscard]] const std::shared_ptr<ModelRegistry>& registry() const noexcept;
  /// The full id. Throws ModelNotFoundError with the closest known name.
  [[nodiscard]] std::string resolved_id() const;
  /// The same model with `changes` over its parameters. Throws InvalidArgumentError.
  [[nodiscard]] Model with(const ModelParameters& changes) const;

  /// Asks and waits for the answer, repeating transient failures. Bounded by `Context::current()`.
  [[nodiscard]] Completion complete(const Prompt& prompt, const ModelParameters& overrides = {}) const;
  /// The same: `Model("gpt-4o")("Say hi")`.
  Completion operator()(const Prompt& prompt, const ModelParameters& overrides = {}) const {
    return complete(prompt, overrides);
  }
  /// Asks for a JSON object and reads it into a struct with EMBER_FIELDS; a code fence around it is accepted.
  /// Throws ProviderAPIError naming the model and what was expected when the answer does not fit.
  template <HasFields T>
  [[nodiscard]] T complete(const Prompt& prompt, const ModelParameters& overrides = {}) const;

  /// Asks without holding a thread. `done` is called exactly once, on any thread, possibly before this
  /// returns; it must not throw or block. Parameters and usage scopes are those of the calling thread. Throws
  /// only InvalidArgumentError for overrides out of range; everything else arrives at `done`.
  void complete_async(const Prompt& prompt, const ModelParameters& overrides, const Context& context,
                      CompletionHandler done) const;
  /// The same with the pieces of the answer as they arrive. Once a piece has arrived, failures are not
  /// repeated.
  void stream_async(const Prompt& prompt, const ModelParameters& overrides, const Context& context,
                    PieceHandler on_piece, CompletionHandler done) const;
  /// Asks in the background, bounded by `Context::current()`; the future throws what `complete` would.
  [[nodiscard]] std::future<Completion> complete_future(const Prompt& prompt,
                                                        const ModelParameters& overrides = {}) const;
  /// The answer piece by piece: `for (auto& piece : model.stream("Tell a story")) std::cout << piece.text;`
  [[nodiscard]] CompletionStream stream(const Prompt& prompt, const ModelParameters& overrides = {}) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

/// Asks one model once: `complete("Say hi", {.model = "openai:gpt-4o"})`.
struct CompleteOptions {
  std::string model{};
  ModelParameters parameters{};
  std::shared_ptr<ModelRegistry> registry{};
};
/// Throws InvalidArgumentError when no model is named, and what `Model::complete` throws.
Completion complete(const Prompt& prompt, const CompleteOptions& options);

namespace internal {
/// `prompt` with a system message that asks for a JSON object of these fields.
Prompt ask_for_json(const Prompt& prompt, const std::vector<std::string>& fields);
/// The JSON of an answer, without a code fence. Throws ProviderAPIError naming the model.
Value parse_answer(const Completion& completion);
/// Throws ProviderAPIError naming the model and `reason`.
[[noreturn]] void refuse_answer(const Completion& completion, const std::string& reason);
}  // namespace internal

template <HasFields T>
T Model::complete(const Prompt& prompt, const ModelParameters& overrides) const {
  std::vector<std::string> fields;
  for_each_field<T>([&]<class Owner, class Member>(const FieldPointer<Owner, Member>& field) {
    fields.push_back('"' + std::string(field.name) + "\" (" + type_name<Member>() + ")");
  });
  const Completion completion = complete(internal::ask_for_json(prompt, fields), overrides);
  const Value answer = internal::parse_answer(completion);
  try {
    return from_value<T>(answer);
  } catch (const Error& error) {
    internal::refuse_answer(completion, error.what());
  }
}

}  // namespace ember
