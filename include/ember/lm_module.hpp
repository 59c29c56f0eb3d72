// LMModule: a model with a persona and a chain-of-thought request around every prompt.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <ember/model.hpp>

namespace ember {

struct LMModuleConfig {
  /// Name of the model.
  std::string id = "openai:gpt-4o";
  /// 0 to 5.
  double temperature = 1.0;
  std::optional<std::int64_t> max_tokens{};
  /// Asks for reasoning, below the prompt.
  std::optional<std::string> cot_prompt{};
  /// Who the model is to be, above the prompt.
  std::optional<std::string> persona{};

  /// From fields by name; `model_name` is another name of `id`. Throws InvalidArgumentError naming an unknown
  /// field, a field that is out of range, or `id` and `model_name` that differ.
  static LMModuleConfig from(const Value& fields);
  /// Throws InvalidArgumentError naming the field that is out of range.
  void validate() const;
};

/// Asks a model with assembled prompts. Thread-safe.
class LMModule {
 public:
  /// With `simulate_api` every call answers `SIMULATED_RESPONSE: <prompt>` without registry or network.
  /// Throws InvalidArgumentError naming a configuration field that is out of range.
  explicit LMModule(LMModuleConfig config = {}, bool simulate_api = false,
                    std::shared_ptr<ModelRegistry> registry = nullptr);

  /// The answer's text. `overrides` win over the configuration; temperatures up to 5 are accepted.
  std::string operator()(const std::string& prompt, const ModelParameters& overrides = {}) const;

  /// The prompt that is sent: persona, prompt, chain of thought, as far as configured.
  [[nodiscard]] std::string assemble_prompt(const std::string& prompt) const;
  [[nodiscard]] const LMModuleConfig& config() const noexcept { return config_; }

 private:
  LMModuleConfig config_;
  bool simulate_api_;
  std::shared_ptr<ModelRegistry> registry_;
};

}  // namespace ember
