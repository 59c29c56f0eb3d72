// ModelRegistry: which models and providers there are, and what a name means.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ember/context.hpp>
#include <ember/provider.hpp>
#include <ember/usage.hpp>

namespace ember {

/// What a registry knows of one model.
struct ModelInfo {
  /// `provider:model`; any other non-empty text is accepted when `provider` is given.
  std::string id{};
  /// Its price; without one the table of known prices is asked.
  std::optional<ModelCost> cost{};
  /// Who answers; without one the provider registered for the prefix.
  std::shared_ptr<Provider> provider{};
  /// Most tokens of prompt and answer together; without a number the table of known models is asked.
  std::optional<std::int64_t> context_tokens{};
};

/// Who answers a model, found by name.
struct ResolvedModel {
  std::string id{};
  /// The id behind the prefix.
  std::string model{};
  std::shared_ptr<Provider> provider{};
};

/// Models by id and providers by prefix. Thread-safe.
class ModelRegistry {
 public:
  /// An empty registry: no models, no providers.
  ModelRegistry() = default;
  /// A new registry with the providers `openai`, `anthropic`, `sim` and `recorded`.
  static std::shared_ptr<ModelRegistry> with_default_providers();
  /// The registry used where none is given; starts as `with_default_providers()`.
  static const std::shared_ptr<ModelRegistry>& process();

  /// Makes `provider` answer ids that begin with `prefix:`. Replaces an earlier one.
  /// Throws InvalidArgumentError when the prefix is empty or has a colon, or the provider is null.
  void register_provider(const std::string& prefix, std::shared_ptr<Provider> provider);
  /// The same under the provider's own name.
  void register_provider(std::shared_ptr<Provider> provider);
  /// The provider of that prefix, or null.
  [[nodiscard]] std::shared_ptr<Provider> provider(std::string_view prefix) const;
  /// The registered prefixes, sorted.
  [[nodiscard]] std::vector<std::string> prefixes() const;

  /// Adds a model. Throws InvalidArgumentError when the id is empty, is registered already, or its price is
  /// negative.
  void register_model(ModelInfo info);
  /// Removes a model; an unknown id changes nothing.
  void unregister_model(std::string_view id);
  /// True when exactly this id was registered; false for the empty id.
  [[nodiscard]] bool is_registered(std::string_view id) const;
  /// What was registered under this id. Throws ModelNotFoundError with the closest known id.
  [[nodiscard]] ModelInfo get(std::string_view id) const;
  /// The registered ids, sorted.
  [[nodiscard]] std::vector<std::string> list_ids() const;

  /// The full id that `name` means: itself when it is registered or its prefix has a provider; the registered
  /// or well-known id that is written so where only identifiers are allowed (`openai.gpt_4o`, `gpt_4o`);
  /// `gpt*`, `claude*` and `gemini*` belong to openai, anthropic and deepmind, where models of those are
  /// registered only registered and well-known ones; otherwise the one registered id with that name behind
  /// its prefix. Throws ModelNotFoundError, with the closest known id, for none or more than one.
  [[nodiscard]] std::string resolve(std::string_view name) const;
  /// The same, with who answers. Throws ModelNotFoundError also when no provider is registered for the
  /// prefix.
  [[nodiscard]] ResolvedModel find(std::string_view name) const;

  /// Sets the price of a model, registered or not. Throws InvalidArgumentError when it is negative.
  void set_cost(const std::string& id, const ModelCost& cost);
  /// The price of a model: as set, as registered, or as in the table of known prices; none when unknown.
  /// Options behind a `?` in the id do not matter.
  [[nodiscard]] std::optional<ModelCost> cost(std::string_view id) const;

  /// Sets how many tokens the prompt and the answer of a model have together at most. Throws
  /// InvalidArgumentError below 1.
  void set_context_tokens(const std::string& id, std::int64_t tokens);
  /// How many tokens prompt and answer of a model have together at most: as set, as registered, or as known
  /// of well-known models; none when unknown. Options behind a `?` in the id do not matter.
  [[nodiscard]] std::optional<std::int64_t> context_tokens(std::string_view id) const;

  /// Asks every provider that has its credentials for its models and registers those that are new; the first
  /// call asks, later ones give the same answer. A provider that fails is logged as a warning. Blocks;
  /// returns the new ids.
  std::vector<std::string> discover(const Context& context = Context::current());

 private:
  [[nodiscard]] std::string resolve_bare(std::string_view name) const;
  /// Looks among `ids` and the well-known ones.
  [[nodiscard]] std::optional<std::string> resolve_identifier(std::string_view name,
                                                              std::vector<std::string> ids) const;
  [[nodiscard]] std::vector<std::string> candidates() const;
  [[noreturn]] void refuse(std::string_view name) const;

  mutable std::mutex mutex_;
  std::map<std::string, ModelInfo, std::less<>> models_;
  std::map<std::string, std::shared_ptr<Provider>, std::less<>> providers_;
  std::map<std::string, ModelCost, std::less<>> costs_;
  std::map<std::string, std::int64_t, std::less<>> context_tokens_;
  std::mutex discovery_mutex_;
  std::optional<std::vector<std::string>> discovered_;
};

/// The price of a well-known model by full id, or none. The table is of public list prices and may be out of
/// date; `ModelRegistry::set_cost` overrides it.
std::optional<ModelCost> known_cost(std::string_view id) noexcept;
/// The most tokens of prompt and answer together of a well-known model by full id, or none.
std::optional<std::int64_t> known_context_tokens(std::string_view id) noexcept;

}  // namespace ember
