#include <ember/ensemble.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include <ember/error.hpp>
#include <ember/execution_options.hpp>

#include "stock/gather.hpp"
#include "stock/unchecked_template.hpp"

namespace ember::non {
namespace {

/// Most members that may run at once by the options in force.
std::size_t member_limit(std::size_t members) {
  const xcs::ExecutionOptions options = xcs::get_execution_options();
  if (!options.is_parallel()) return 1;
  if (!options.max_workers) return members;
  return std::min(members, static_cast<std::size_t>(*options.max_workers));
}

/// Names the list of answers.
class ResponsesSink final : public CompletionSink {
 public:
  explicit ResponsesSink(CompletionCallback done) : done_(std::move(done)) {}
  void complete(std::size_t, Value value, std::exception_ptr error) noexcept override {
    if (error) {
      done_.fail(std::move(error));
    } else {
      done_(Value{{"responses", std::move(value)}});
    }
  }
  // Held by the one callback of one gathering.
  void retain() noexcept override {}
  void release() noexcept override { delete this; }

 private:
  CompletionCallback done_;
};

std::vector<Model> repeated(int num_units, const Model& model) {
  if (num_units < 1) {
    throw InvalidArgumentError("UniformEnsemble: num_units must be at least 1, got " +
                               std::to_string(num_units));
  }
  return std::vector<Model>(static_cast<std::size_t>(num_units), model);
}

std::vector<Model> models_of(const std::vector<ModelConfig>& configs,
                             const std::shared_ptr<ModelRegistry>& registry) {
  if (configs.empty()) throw InvalidArgumentError("VariedEnsemble: model_configs must not be empty");
  std::vector<Model> models;
  models.reserve(configs.size());
  for (const ModelConfig& config : configs) models.push_back(config.model(registry));
  return models;
}

}  // namespace

Model ModelConfig::model(const std::shared_ptr<ModelRegistry>& registry) const {
  if (const auto* model = std::get_if<Model>(&content_)) return *model;
  const auto& named = std::get<Named>(content_);
  return {named.id, named.parameters, registry};
}

Ensemble::Ensemble(std::vector<Model> members, EnsembleOptions options)
    : members_(std::move(members)),
      options_(std::move(options)),
      template_(unchecked_template(options_.prompt)) {}

void Ensemble::forward_async(Value inputs, Context context, Completion done) const {
  std::optional<Prompt> prompt;
  try {
    prompt = template_.render_prompt(inputs);
  } catch (...) {
    done.fail(std::current_exception());
    return;
  }
  auto* sink = new ResponsesSink(std::move(done));
  gather(members_, *std::move(prompt), context,
         {.limit = member_limit(members_.size()), .continue_on_errors = options_.continue_on_errors},
         CompletionCallback(*sink, 0));
}

UniformEnsemble::UniformEnsemble(int num_units, std::string model, ModelParameters parameters,
                                 EnsembleOptions options)
    : Ensemble(repeated(num_units, Model(std::move(model), std::move(parameters), options.registry)),
               options) {}

UniformEnsemble::UniformEnsemble(int num_units, Model model, EnsembleOptions options)
    : Ensemble(repeated(num_units, model), std::move(options)) {}

VariedEnsemble::VariedEnsemble(const std::vector<ModelConfig>& model_configs, EnsembleOptions options)
    : Ensemble(models_of(model_configs, options.registry), options) {}

Op<> uniform_ensemble(int num_units, std::string model, ModelParameters parameters, EnsembleOptions options) {
  return UniformEnsemble(num_units, std::move(model), std::move(parameters), std::move(options));
}

Op<> uniform_ensemble(int num_units, Model model, EnsembleOptions options) {
  return UniformEnsemble(num_units, std::move(model), std::move(options));
}

Op<> varied_ensemble(const std::vector<ModelConfig>& model_configs, EnsembleOptions options) {
  return VariedEnsemble(model_configs, std::move(options));
}

}  // namespace ember::non
