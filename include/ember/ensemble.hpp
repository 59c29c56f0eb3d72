// Ensembles: one question to several models, or several times to one, all at once.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <ember/call_bound.hpp>
#include <ember/execute.hpp>
#include <ember/model.hpp>
#include <ember/op.hpp>
#include <ember/operator.hpp>

namespace ember::non {

class ModelPrompt;

/// What the ensembles have in common.
struct EnsembleOptions {
  /// A member that fails leaves null in its place; otherwise it fails the ensemble.
  bool continue_on_errors = false;
  /// The prompt, with `{field}` for each input field it takes; doubled braces are literal.
  std::string prompt = "{query}";
  /// Where models given by name are looked up; null means the process's registry.
  std::shared_ptr<ModelRegistry> registry{};
};

/// A member of an ensemble: a model's name with parameters, or a Model.
class ModelConfig {
 public:
  ModelConfig(const char* id) : ModelConfig(std::string(id)) {}  // NOLINT(google-explicit-constructor)
  ModelConfig(std::string id, ModelParameters parameters = {})   // NOLINT(google-explicit-constructor)
      : content_(Named{std::move(id), std::move(parameters)}) {}
  ModelConfig(Model model) : content_(std::move(model)) {}  // NOLINT(google-explicit-constructor)

  /// The Model; a name belongs to `registry`, null meaning the process's. Throws InvalidArgumentError for
  /// parameters out of range.
  [[nodiscard]] Model model(const std::shared_ptr<ModelRegistry>& registry) const;

 private:
  struct Named {
    std::string id;
    ModelParameters parameters;
  };
  std::variant<Named, Model> content_;
};

/// Base of the ensembles: asks every member the same prompt and gathers `{responses: [text, ...]}` in member
/// order.
///
/// The members are nodes of a graph of their own: they run at once, holding no thread, within the options in
/// force and the `max_workers` of the whole call tree, and one after the other where these forbid parallel
/// work. N members make exactly N model calls. A member that fails stops those after it and fails the
/// ensemble with an OperatorExecutionError naming the unit, such as `unit 2 of 3 (openai:gpt-4o)`, its cause
/// the member's error; of several failures the lowest unit's is the one reported. Thread-safe.
class Ensemble : public Operator<>, public BoundedOperator {
 public:
  /// The members, in order.
  [[nodiscard]] const std::vector<Model>& members() const noexcept { return members_; }
  [[nodiscard]] const EnsembleOptions& options() const noexcept { return options_; }

  /// Asks and waits for all.
  Value forward(const Value& inputs) const override { return call_async_and_wait(inputs); }
  /// Asks all; the outcome arrives at `done`, on the thread of the last answer.
  void forward_async(Value inputs, Context context, Completion done) const override;
  /// Changes with the parameters that scopes and the process give to model calls.
  [[nodiscard]] std::string state_signature() const override;
  /// That of all members.
  [[nodiscard]] CallBound call_bound() const override;

 protected:
  Ensemble(std::vector<Model> members, EnsembleOptions options);

 private:
  [[nodiscard]] Value outcome(const Result<xcs::Results>& run, const Context& context) const;

  std::vector<Model> members_;
  EnsembleOptions options_;
  std::shared_ptr<const ModelPrompt> prompt_;
  xcs::CompiledGraph units_;
};

/// The same model several times: `{query}` in, `{responses}` out. Parameters left open are taken from
/// `configure`.
class UniformEnsemble final : public Ensemble {
 public:
  /// How many units there are when nobody says.
  static constexpr int default_units = 3;

  /// Throws InvalidArgumentError when `num_units` is below 1 or a parameter out of range, and
  /// InvalidPromptError.
  UniformEnsemble(int num_units, std::string model, ModelParameters parameters = {},
                  EnsembleOptions options = {});
  UniformEnsemble(int num_units, Model model, EnsembleOptions options = {});
  /// Three units.
  explicit UniformEnsemble(std::string model, ModelParameters parameters = {}, EnsembleOptions options = {})
      : UniformEnsemble(default_units, std::move(model), std::move(parameters), std::move(options)) {}
  explicit UniformEnsemble(Model model, EnsembleOptions options = {})
      : UniformEnsemble(default_units, std::move(model), std::move(options)) {}

  [[nodiscard]] int num_units() const noexcept { return static_cast<int>(members().size()); }
  /// The model of every member.
  [[nodiscard]] const Model& model() const noexcept { return members().front(); }
};

/// Different models, or one with different parameters: `{query}` in, `{responses}` out in the order of the
/// configs.
class VariedEnsemble final : public Ensemble {
 public:
  /// Throws InvalidArgumentError when there is no config or a parameter is out of range, and
  /// InvalidPromptError.
  explicit VariedEnsemble(const std::vector<ModelConfig>& model_configs, EnsembleOptions options = {});
};

/// A UniformEnsemble as an operator handle: `uniform_ensemble(3, "openai:gpt-4o-mini", {.temperature =
/// 0.7})`.
Op<> uniform_ensemble(int num_units, std::string model, ModelParameters parameters = {},
                      EnsembleOptions options = {});
Op<> uniform_ensemble(int num_units, Model model, EnsembleOptions options = {});
/// The same of three units.
Op<> uniform_ensemble(std::string model, ModelParameters parameters = {}, EnsembleOptions options = {});
Op<> uniform_ensemble(Model model, EnsembleOptions options = {});
/// A VariedEnsemble as an operator handle: `varied_ensemble({"openai:gpt-4o", {"sim:a", {.temperature =
/// 0.2}}})`.
Op<> varied_ensemble(const std::vector<ModelConfig>& model_configs, EnsembleOptions options = {});

}  // namespace ember::non
