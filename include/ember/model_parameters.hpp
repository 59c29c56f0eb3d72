// ModelParameters: the settings of a model call. Absent fields are filled from the next level:
// call, then model, then `configure` scope, then process defaults.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ember/clock.hpp>
#include <ember/retry.hpp>
#include <ember/value.hpp>

namespace ember {

/// Settings of a model call; every field may be left open.
struct ModelParameters {
  /// Randomness of the answer, 0 to 2.
  std::optional<double> temperature{};
  /// Most tokens of the answer, at least 1.
  std::optional<std::int64_t> max_tokens{};
  /// Share of probability that is sampled from, above 0 up to 1.
  std::optional<double> top_p{};
  /// Texts that end the answer.
  std::optional<std::vector<std::string>> stop{};
  /// Longest time of one attempt; an attempt that takes longer counts as failed and may be repeated.
  std::optional<Duration> timeout{};
  /// The system text.
  std::optional<std::string> context{};
  /// Asks the provider for reproducible sampling.
  std::optional<std::int64_t> seed{};
  /// Address of a compatible server, such as `http://localhost:11434/v1`, in place of the provider's own.
  std::optional<std::string> base_url{};
  /// Name of the environment variable that holds the key, in place of the provider's own.
  std::optional<std::string> api_key_env{};
  /// How failures are repeated.
  std::optional<RetryPolicy> retry{};
  /// Further fields of the provider's request, by name; a mapping. Levels are merged field by field.
  Value provider{};

  /// Parameters from names and values; times in seconds, `stop` a text or a list, `retry` a mapping of
  /// `max_attempts`, `min_wait`, `max_wait`, `max_retry_after`, `seed`. Throws InvalidArgumentError naming an
  /// unknown name (with the closest known one), a wrong kind or a value out of range.
  static ModelParameters from(const Value& fields);
  /// The same without the checks of `validate`.
  static ModelParameters read(const Value& fields);

  /// Throws InvalidArgumentError naming the field that is out of range.
  void validate(double max_temperature = 2.0) const;

  /// These parameters, with the fields that are open here taken from `lower`.
  [[nodiscard]] ModelParameters over(const ModelParameters& lower) const;

  friend bool operator==(const ModelParameters&, const ModelParameters&) = default;
};

/// Ends what `configure` began. Ends on the thread that started it, in reverse order of the starts.
class [[nodiscard]] ConfigureScope {
 public:
  explicit ConfigureScope(const ModelParameters& parameters);
  ~ConfigureScope();
  ConfigureScope(const ConfigureScope&) = delete;
  ConfigureScope& operator=(const ConfigureScope&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// While the returned scope lives, model calls of this thread, and of work that this thread starts, take
/// `parameters` where call and model leave them open. Nested scopes merge field by field. Throws
/// InvalidArgumentError naming a field that is out of range.
inline ConfigureScope configure(const ModelParameters& parameters) {
  return ConfigureScope(parameters);
}

/// Sets what applies where nothing else does, for the whole process; replaces the earlier defaults.
/// Thread-safe. Throws InvalidArgumentError naming a field that is out of range.
void set_model_defaults(const ModelParameters& parameters);
/// The process-wide defaults.
ModelParameters model_defaults();

}  // namespace ember
